package io.dropguard.connector;

import java.time.Duration;

/**
 * HTTP/2's probes of a client whose requests are being computed. Immutable.
 *
 * @param interval silence before a PING; zero sends none
 * @param timeout how long it may stay unanswered
 */
public record PingConfig(Duration interval, Duration timeout) {

    /** 100 ms: clients close connections on which they are asked too often. */
    private static final Duration SHORTEST = Duration.ofMillis(100);

    /** 10 s each: a vanished client is found in 20 s. */
    public static final PingConfig DEFAULT =
            new PingConfig(Duration.ofSeconds(10), Duration.ofSeconds(10));

    public PingConfig {
        if (!interval.isZero() && interval.compareTo(SHORTEST) < 0)
            throw new IllegalArgumentException(
                    "http2-ping-interval: " + interval + " (expected: 0, or >= " + SHORTEST + ")");
        if (timeout.compareTo(SHORTEST) < 0)
            throw new IllegalArgumentException(
                    "http2-ping-timeout: " + timeout + " (expected: >= " + SHORTEST + ")");
    }

    public PingConfig withInterval(Duration value) {
        return new PingConfig(value, timeout);
    }

    public PingConfig withTimeout(Duration value) {
        return new PingConfig(interval, value);
    }
}
