package io.dropguard.connector;

import java.time.Duration;

/**
 * How long a connection is drained before it is closed, in nginx's terms. Immutable.
 *
 * @param time in all; zero closes at once
 * @param timeout without a byte from the client
 * @param bytes in all
 * @param connections at once; beyond it the oldest are closed
 */
public record LingerConfig(Duration time, Duration timeout, long bytes, int connections) {

    /** 30 s: nginx's lingering_time. */
    public static final Duration DEFAULT_TIME = Duration.ofSeconds(30);

    /** 5 s: nginx's lingering_timeout. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    /** 1 GiB: larger than any upload that a client begins before it looks for an answer. */
    public static final long DEFAULT_BYTES = 1L << 30;

    /** 1,000: a twentieth of the descriptors that a process commonly has. */
    public static final int DEFAULT_CONNECTIONS = 1_000;

    public static final LingerConfig DEFAULT =
            new LingerConfig(DEFAULT_TIME, DEFAULT_TIMEOUT, DEFAULT_BYTES, DEFAULT_CONNECTIONS);

    public LingerConfig {
        if (time.isNegative())
            throw new IllegalArgumentException("lingering-time: " + time + " (expected: >= 0)");
        if (timeout.isNegative() || timeout.isZero())
            throw new IllegalArgumentException(
                    "lingering-timeout: " + timeout + " (expected: > 0)");
        if (bytes < 0)
            throw new IllegalArgumentException("lingering-bytes: " + bytes + " (expected: >= 0)");
        if (connections < 0)
            throw new IllegalArgumentException(
                    "lingering-connections: " + connections + " (expected: >= 0)");
    }

    public LingerConfig withTime(Duration value) {
        return new LingerConfig(value, timeout, bytes, connections);
    }

    public LingerConfig withTimeout(Duration value) {
        return new LingerConfig(time, value, bytes, connections);
    }

    public LingerConfig withBytes(long value) {
        return new LingerConfig(time, timeout, value, connections);
    }

    public LingerConfig withConnections(int value) {
        return new LingerConfig(time, timeout, bytes, value);
    }
}
