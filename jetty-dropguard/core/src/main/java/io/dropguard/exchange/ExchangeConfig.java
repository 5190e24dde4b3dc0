package io.dropguard.exchange;

import static java.util.Objects.requireNonNull;

/**
 * How requests are run. Immutable.
 *
 * @param interrupt whether the thread that computes for a lost client is interrupted
 * @param queueOrder which request is served next when requests queue for threads
 */
public record ExchangeConfig(boolean interrupt, QueueOrder queueOrder) {

    public static final ExchangeConfig DEFAULT = new ExchangeConfig(true, QueueOrder.FIFO);

    public ExchangeConfig {
        requireNonNull(queueOrder, "queue-order");
    }

    public ExchangeConfig withInterrupt(boolean value) {
        return new ExchangeConfig(value, queueOrder);
    }

    public ExchangeConfig withQueueOrder(QueueOrder value) {
        return new ExchangeConfig(interrupt, value);
    }
}
