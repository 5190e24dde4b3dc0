package io.dropguard.connector;

import java.time.Duration;

/**
 * How sockets are set up so that a client that vanishes is noticed. Immutable.
 *
 * @param keepalive TCP's probes of a peer that is silent while nothing is in flight
 * @param userTimeout how long bytes may stay unacknowledged; zero leaves it to the kernel's
 *     retransmits, a quarter of an hour. In whole milliseconds
 * @param kernelView how often the kernel is asked how all connections fare; zero never
 * @param ping HTTP/2's probes
 * @param quickAck whether connections begin with immediate acknowledgements
 * @param reusePort whether several processes may listen on the same port
 */
public record TuningConfig(
        KeepaliveConfig keepalive,
        Duration userTimeout,
        Duration kernelView,
        PingConfig ping,
        boolean quickAck,
        boolean reusePort) {

    /** 25 s: as long as the default keepalive takes, so both find a vanished client within 30 s. */
    public static final Duration DEFAULT_USER_TIMEOUT = Duration.ofSeconds(25);

    /** 1 s: a dump of 4,000 connections takes the kernel about 4 ms. */
    public static final Duration DEFAULT_KERNEL_VIEW = Duration.ofSeconds(1);

    /** 100 ms: looking more often finds nothing that a retransmit has not shown yet. */
    private static final Duration SHORTEST_VIEW = Duration.ofMillis(100);

    /** A day: the kernel takes milliseconds as an int, and nobody waits longer. */
    private static final Duration LONGEST = Duration.ofDays(1);

    public static final TuningConfig DEFAULT =
            new TuningConfig(
                    KeepaliveConfig.DEFAULT,
                    DEFAULT_USER_TIMEOUT,
                    DEFAULT_KERNEL_VIEW,
                    PingConfig.DEFAULT,
                    false,
                    false);

    public TuningConfig {
        if (userTimeout.isNegative() || userTimeout.compareTo(LONGEST) > 0)
            throw new IllegalArgumentException(
                    "tcp-user-timeout: " + userTimeout + " (expected: >= 0 and <= PT24H)");
        if (!kernelView.isZero()
                && (kernelView.compareTo(SHORTEST_VIEW) < 0 || kernelView.compareTo(LONGEST) > 0))
            throw new IllegalArgumentException(
                    "kernel-view-interval: "
                            + kernelView
                            + " (expected: 0, or >= "
                            + SHORTEST_VIEW
                            + " and <= PT24H)");
    }

    /**
     * For so long after a client was heard the kernel does not give it up; zero if that is left to
     * the kernel, or to the connector. An answer begins to wait for its acknowledgement, and a
     * client to be silent, when its request has come at the earliest.
     */
    Duration patience() {
        Duration idle = keepalive.idle();
        if (idle.isZero() || userTimeout.isZero()) return Duration.ZERO;
        return idle.compareTo(userTimeout) < 0 ? idle : userTimeout;
    }

    public TuningConfig withKeepalive(KeepaliveConfig value) {
        return new TuningConfig(value, userTimeout, kernelView, ping, quickAck, reusePort);
    }

    public TuningConfig withUserTimeout(Duration value) {
        return new TuningConfig(keepalive, value, kernelView, ping, quickAck, reusePort);
    }

    public TuningConfig withKernelView(Duration value) {
        return new TuningConfig(keepalive, userTimeout, value, ping, quickAck, reusePort);
    }

    public TuningConfig withPing(PingConfig value) {
        return new TuningConfig(keepalive, userTimeout, kernelView, value, quickAck, reusePort);
    }

    public TuningConfig withQuickAck(boolean value) {
        return new TuningConfig(keepalive, userTimeout, kernelView, ping, value, reusePort);
    }

    public TuningConfig withReusePort(boolean value) {
        return new TuningConfig(keepalive, userTimeout, kernelView, ping, quickAck, value);
    }
}
