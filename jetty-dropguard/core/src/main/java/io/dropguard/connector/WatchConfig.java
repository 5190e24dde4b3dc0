package io.dropguard.connector;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How connections are watched. Immutable.
 *
 * @param halfClose what a FIN means
 * @param delay how long a request has lived before its connection is watched; shorter requests pay
 *     nothing, and a loss that came before is found when watching starts
 * @param readAhead how many bytes beyond the current request are taken from a connection, so that a
 *     close behind them is seen; allocated only when bytes come
 */
public record WatchConfig(HalfClose halfClose, Duration delay, int readAhead) {

    /** 5 ms: longer than a request that is served from memory, shorter than anybody notices. */
    public static final Duration DEFAULT_DELAY = Duration.ofMillis(5);

    /** 16 KiB: two of Jetty's input buffers, or one TLS record. */
    public static final int DEFAULT_READ_AHEAD = 16 * 1024;

    /** A connection that is watched later than this is not watched at all. */
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /** 16 MiB: the largest that a server with a thousand busy connections can afford. */
    private static final int LARGEST_READ_AHEAD = 16 * 1024 * 1024;

    public static final WatchConfig DEFAULT =
            new WatchConfig(HalfClose.PROBE, DEFAULT_DELAY, DEFAULT_READ_AHEAD);

    public WatchConfig {
        requireNonNull(halfClose, "half-close");
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0)
            throw new IllegalArgumentException(
                    "watch-delay: " + delay + " (expected: >= 0 and <= " + LONGEST_DELAY + ")");
        if (readAhead < 1 || readAhead > LARGEST_READ_AHEAD)
            throw new IllegalArgumentException(
                    "read-ahead: "
                            + readAhead
                            + " (expected: 1.."
                            + LARGEST_READ_AHEAD
                            + " bytes)");
    }

    public WatchConfig withHalfClose(HalfClose value) {
        return new WatchConfig(value, delay, readAhead);
    }

    public WatchConfig withDelay(Duration value) {
        return new WatchConfig(halfClose, value, readAhead);
    }

    public WatchConfig withReadAhead(int bytes) {
        return new WatchConfig(halfClose, delay, bytes);
    }
}
