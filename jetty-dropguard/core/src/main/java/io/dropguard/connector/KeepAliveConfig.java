package io.dropguard.connector;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How connections that wait for their next request are kept, and how they end. Immutable.
 *
 * @param header whether answers say in {@code Keep-Alive: timeout} how long that is
 * @param margin how much longer than it says, or than a proxy keeps them
 * @param behindProxy the proxy in front, or null for none
 * @param idleGrace how long the client is listened to when an idle connection was shut down; zero
 *     closes as Jetty does
 * @param maxRequests after which the connection is closed, or 0 for any number
 * @param maxAge after which the answer to the next request is the last, or null for any age
 */
public record KeepAliveConfig(
        boolean header,
        Duration margin,
        @Nullable BehindProxy behindProxy,
        Duration idleGrace,
        int maxRequests,
        @Nullable Duration maxAge) {

    /** 2 s: more than a round trip and the ticks of both sides' timers. */
    public static final Duration DEFAULT_MARGIN = Duration.ofSeconds(2);

    /** 2 s: what was on its way when the connection was shut down comes within that. */
    public static final Duration DEFAULT_IDLE_GRACE = Duration.ofSeconds(2);

    public static final KeepAliveConfig DEFAULT =
            new KeepAliveConfig(true, DEFAULT_MARGIN, null, DEFAULT_IDLE_GRACE, 0, null);

    public KeepAliveConfig {
        if (margin.isNegative())
            throw new IllegalArgumentException(
                    "keep-alive-timeout-margin: " + margin + " (expected: >= 0)");
        if (idleGrace.isNegative())
            throw new IllegalArgumentException("idle-grace: " + idleGrace + " (expected: >= 0)");
        if (maxRequests < 0)
            throw new IllegalArgumentException(
                    "max-requests: " + maxRequests + " (expected: >= 0)");
        if (maxAge != null && (maxAge.isNegative() || maxAge.isZero()))
            throw new IllegalArgumentException("max-age: " + maxAge + " (expected: > 0)");
    }

    public KeepAliveConfig withHeader(boolean value) {
        return new KeepAliveConfig(value, margin, behindProxy, idleGrace, maxRequests, maxAge);
    }

    public KeepAliveConfig withMargin(Duration value) {
        return new KeepAliveConfig(header, value, behindProxy, idleGrace, maxRequests, maxAge);
    }

    public KeepAliveConfig withBehindProxy(@Nullable BehindProxy value) {
        return new KeepAliveConfig(header, margin, value, idleGrace, maxRequests, maxAge);
    }

    public KeepAliveConfig withIdleGrace(Duration value) {
        return new KeepAliveConfig(header, margin, behindProxy, value, maxRequests, maxAge);
    }

    public KeepAliveConfig withMaxRequests(int value) {
        return new KeepAliveConfig(header, margin, behindProxy, idleGrace, value, maxAge);
    }

    public KeepAliveConfig withMaxAge(@Nullable Duration value) {
        return new KeepAliveConfig(header, margin, behindProxy, idleGrace, maxRequests, value);
    }

    /**
     * How many milliseconds a connection is kept that may be idle for {@code ownMillis} by itself:
     * longer, if the proxy in front keeps it longer; 0 or less for any time.
     */
    long idleMillis(long ownMillis) {
        if (behindProxy == null || ownMillis <= 0) return ownMillis;
        return Math.max(ownMillis, behindProxy.idle().plus(margin).toMillis());
    }

    /**
     * The seconds that {@code Keep-Alive: timeout} may promise of a connection that is closed after
     * {@code idleMillis}; 0 for no promise. Behind a proxy there is none: those who read it would
     * be the proxy's clients, and it does not hold for them.
     */
    int promisedSeconds(long idleMillis) {
        if (!header || behindProxy != null || idleMillis <= 0) return 0;
        long seconds = (idleMillis - margin.toMillis()) / 1_000;
        return (int) Math.max(0, Math.min(seconds, Integer.MAX_VALUE));
    }
}
