package io.dropguard.connector;

import java.time.Duration;

/**
 * TCP's probes of a peer from which nothing has come while nothing is in flight. Immutable.
 *
 * @param idle silence before the first probe; zero leaves keepalive as the connector has it. In
 *     whole seconds
 * @param interval between probes. In whole seconds
 * @param count how many probes may stay unanswered
 */
public record KeepaliveConfig(Duration idle, Duration interval, int count) {

    /** 32,767 s and 127: the most that Linux takes. */
    private static final Duration LONGEST = Duration.ofSeconds(32_767);

    private static final int MOST = 127;

    /** 10 s, then 3 probes 5 s apart: a vanished client is found in 25 s. */
    public static final KeepaliveConfig DEFAULT =
            new KeepaliveConfig(Duration.ofSeconds(10), Duration.ofSeconds(5), 3);

    public KeepaliveConfig {
        if (!idle.isZero()) check("keepalive-idle", idle);
        check("keepalive-interval", interval);
        if (count < 1 || count > MOST)
            throw new IllegalArgumentException(
                    "keepalive-count: " + count + " (expected: 1.." + MOST + ")");
    }

    private static void check(String key, Duration value) {
        if (!value.equals(Duration.ofSeconds(value.toSeconds()))
                || value.compareTo(Duration.ofSeconds(1)) < 0
                || value.compareTo(LONGEST) > 0)
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: whole seconds, 1s to 32767s)");
    }

    public KeepaliveConfig withIdle(Duration value) {
        return new KeepaliveConfig(value, interval, count);
    }

    public KeepaliveConfig withInterval(Duration value) {
        return new KeepaliveConfig(idle, value, count);
    }

    public KeepaliveConfig withCount(int value) {
        return new KeepaliveConfig(idle, interval, value);
    }

    /** How long a peer that vanishes in the midst of silence stays unnoticed. */
    Duration inAll() {
        return idle.plus(interval.multipliedBy(count));
    }
}
