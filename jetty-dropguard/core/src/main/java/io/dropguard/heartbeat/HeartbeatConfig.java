package io.dropguard.heartbeat;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When and how a waiting client is sent heartbeats. Immutable.
 *
 * @param mode what is sent
 * @param firstDelay from the arrival of the request to the first heartbeat
 * @param interval from one to the next, and from the application's last bytes where heartbeats go
 *     between them
 * @param status the status to commit with the first heartbeat, or 0 for what the application has
 *     set
 * @param contentType the content type to commit with it, or null for what the application has set
 * @param xml whether XML gets leading white space too: only where no XML declaration will follow
 */
public record HeartbeatConfig(
        HeartbeatMode mode,
        Duration firstDelay,
        Duration interval,
        int status,
        @Nullable String contentType,
        boolean xml) {

    /** 5: Go and Caddy accept no more, the JDK's client 8. */
    public static final int MAX_INTERIM = 5;

    /**
     * 10 s: a third of what the most impatient of common proxies waits (HAProxy's examples: 30 s).
     */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);

    /** 10 ms: below it heartbeats would be the load. */
    private static final Duration SHORTEST = Duration.ofMillis(10);

    public static final HeartbeatConfig NONE =
            new HeartbeatConfig(
                    HeartbeatMode.NONE, DEFAULT_INTERVAL, DEFAULT_INTERVAL, 0, null, false);

    public HeartbeatConfig {
        requireNonNull(mode, "heartbeat");
        if (firstDelay.isNegative())
            throw new IllegalArgumentException(
                    "heartbeat-first-delay: " + firstDelay + " (expected: >= 0)");
        if (interval.compareTo(SHORTEST) < 0)
            throw new IllegalArgumentException(
                    "heartbeat-interval: " + interval + " (expected: >= " + SHORTEST + ")");
        if (status != 0 && (status < 200 || status > 599 || status == 204 || status == 304))
            throw new IllegalArgumentException(
                    "heartbeat-status: " + status + " (expected: a final status with a body)");
        if (contentType != null && Heartbeat.forContentType(contentType, xml) == null)
            throw new IllegalArgumentException(
                    "heartbeat-content-type: "
                            + contentType
                            + " (expected: one that allows heartbeats, such as application/json)");
    }

    public HeartbeatConfig withMode(HeartbeatMode value) {
        return new HeartbeatConfig(value, firstDelay, interval, status, contentType, xml);
    }

    public HeartbeatConfig withFirstDelay(Duration value) {
        return new HeartbeatConfig(mode, value, interval, status, contentType, xml);
    }

    public HeartbeatConfig withInterval(Duration value) {
        return new HeartbeatConfig(mode, firstDelay, value, status, contentType, xml);
    }

    public HeartbeatConfig withStatus(int value) {
        return new HeartbeatConfig(mode, firstDelay, interval, value, contentType, xml);
    }

    public HeartbeatConfig withContentType(@Nullable String value) {
        return new HeartbeatConfig(mode, firstDelay, interval, status, value, xml);
    }

    public HeartbeatConfig withXml(boolean value) {
        return new HeartbeatConfig(mode, firstDelay, interval, status, contentType, value);
    }
}
