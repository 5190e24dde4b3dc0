package io.dropguard.cancel;

import java.time.Duration;

/**
 * The response was not finished in time. Immutable.
 *
 * @param timeout the time that was permitted, from the arrival of the request
 */
public record DeadlineExpired(Duration timeout) implements CancellationReason {

    public DeadlineExpired {
        if (timeout.isNegative())
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: >= 0)");
    }

    @Override
    public String describe() {
        return "deadline of " + timeout.toMillis() + " ms expired";
    }
}
