package io.dropguard.exchange;

import static java.util.Objects.requireNonNull;

/**
 * How requests are run. Immutable.
 *
 * @param interrupt whether the thread that computes for a lost client is interrupted
 * @param queueOrder which request is served next when requests queue for threads
 * @param policies what clients that wait may expect, by path
 */
public record ExchangeConfig(boolean interrupt, QueueOrder queueOrder, ResponsePolicies policies) {

    public static final ExchangeConfig DEFAULT =
            new ExchangeConfig(true, QueueOrder.FIFO, ResponsePolicies.NONE);

    public ExchangeConfig {
        requireNonNull(queueOrder, "queue-order");
        requireNonNull(policies, "policies");
    }

    public ExchangeConfig withInterrupt(boolean value) {
        return new ExchangeConfig(value, queueOrder, policies);
    }

    public ExchangeConfig withQueueOrder(QueueOrder value) {
        return new ExchangeConfig(interrupt, value, policies);
    }

    public ExchangeConfig withPolicies(ResponsePolicies value) {
        return new ExchangeConfig(interrupt, queueOrder, value);
    }
}
