package io.dropguard.connector;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a server stops. Immutable.
 *
 * @param timeout how long exchanges in flight have to end before they are cancelled; null: as long
 *     as the server's own stop timeout allows
 * @param preStopDelay how long it goes on as ever, but for saying that it is not ready, before it
 *     stops accepting: until its load balancers have noticed
 */
public record DrainConfig(@Nullable Duration timeout, Duration preStopDelay) {

    public static final DrainConfig DEFAULT = new DrainConfig(null, Duration.ZERO);

    public DrainConfig {
        if (timeout != null && timeout.isNegative())
            throw new IllegalArgumentException("drain-timeout: " + timeout + " (expected: >= 0)");
        if (preStopDelay.isNegative())
            throw new IllegalArgumentException(
                    "pre-stop-delay: " + preStopDelay + " (expected: >= 0)");
    }

    public DrainConfig withTimeout(@Nullable Duration value) {
        return new DrainConfig(value, preStopDelay);
    }

    public DrainConfig withPreStopDelay(Duration value) {
        return new DrainConfig(timeout, value);
    }
}
