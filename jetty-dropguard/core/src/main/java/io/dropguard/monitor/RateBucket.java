package io.dropguard.monitor;

/**
 * How far a client is behind the rate that is asked of it. It may be behind by the grace and never
 * gets further ahead than that, so what it sent fast at first does not pay for a trickle later;
 * only the time in which it was waited for counts. Confined to the monitor.
 */
final class RateBucket {
    private final ConnectionPhase phase;
    private final long request;
    private final long sinceNanos;
    private long bytes;
    private long waitedNanos;
    private double creditNanos;

    /**
     * Begins with all of the grace.
     *
     * @param request for which it is, so that the next one begins anew
     * @param sinceNanos when that began, by the ticker
     */
    RateBucket(
            ConnectionPhase phase,
            long request,
            long sinceNanos,
            long bytes,
            long waitedNanos,
            long graceNanos) {
        this.phase = phase;
        this.request = request;
        this.sinceNanos = sinceNanos;
        this.bytes = bytes;
        this.waitedNanos = waitedNanos;
        this.creditNanos = graceNanos;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    boolean isFor(ConnectionPhase is, long requests) {
        return phase == is && request == requests;
    }

    /**
     * Books what came since the last time.
     *
     * @param bytesNow so far on this connection
     * @param waitedNow nanoseconds so far on this connection in which this client was waited for
     * @return whether it is too far behind
     */
    boolean isBehind(long bytesNow, long waitedNow, int bytesPerSecond, long graceNanos) {
        double earned = (bytesNow - bytes) * 1e9 / bytesPerSecond;
        creditNanos =
                Math.min(
                        (double) graceNanos,
                        creditNanos - (double) (waitedNow - waitedNanos) + earned);
        bytes = bytesNow;
        waitedNanos = waitedNow;
        return creditNanos < 0;
    }
}
