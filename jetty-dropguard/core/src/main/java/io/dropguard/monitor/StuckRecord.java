package io.dropguard.monitor;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the monitor has told of one connection. Confined to the monitor. */
final class StuckRecord {
    /** 10 min: what still is stuck then is told six times an hour. */
    private static final long LONGEST_INTERVAL = TimeUnit.MINUTES.toNanos(10);

    private final TrackedConnection connection;
    private final long epoch;
    private final long sinceNanos;
    private final String limit;
    private final boolean byRate;
    private long intervalNanos;
    private long nextNanos;

    /**
     * @param sinceNanos when it began to do what it is stuck in
     * @param byRate whether it is so slow, rather than so long in one phase
     */
    StuckRecord(
            TrackedConnection connection,
            long epoch,
            long sinceNanos,
            String limit,
            boolean byRate,
            long now) {
        this.connection = connection;
        this.epoch = epoch;
        this.sinceNanos = sinceNanos;
        this.limit = limit;
        this.byRate = byRate;
        this.intervalNanos = Math.min(LONGEST_INTERVAL, Math.max(1, now - sinceNanos));
        this.nextNanos = now + intervalNanos;
    }

    TrackedConnection connection() {
        return connection;
    }

    String limit() {
        return limit;
    }

    ConnectionPhase phase() {
        return PhaseState.phase(epoch);
    }

    /** Whether what is found stuck now is what was found before. */
    boolean isSame(StuckRecord now) {
        return byRate ? phase() == now.phase() : epoch == now.epoch;
    }

    /** Whether it is time to tell again; then the next time is twice as far away. */
    boolean isDue(long now) {
        if (nextNanos - now > 0) return false;
        intervalNanos = Math.min(LONGEST_INTERVAL, 2 * intervalNanos);
        nextNanos = now + intervalNanos;
        return true;
    }

    /** Whether it is still stuck in this epoch: if it is slow, it is so until it catches up. */
    boolean isFor(long now) {
        return byRate || now == epoch;
    }

    boolean isByRate() {
        return byRate;
    }

    long epoch() {
        return epoch;
    }

    StuckReport report(StuckReport.Kind kind, ConnectionSnapshot snapshot, long until) {
        boolean computes =
                phase() == ConnectionPhase.COMPUTING
                        && (kind == StuckReport.Kind.STUCK || kind == StuckReport.Kind.STILL_STUCK);
        return new StuckReport(
                kind,
                snapshot,
                phase(),
                Duration.ofNanos(Math.max(0, until - sinceNanos)),
                limit,
                computes ? ConnectionView.stack(connection) : List.of());
    }
}
