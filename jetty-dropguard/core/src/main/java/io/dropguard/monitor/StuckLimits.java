package io.dropguard.monitor;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Judges by the limits whether a connection is stuck. Immutable. */
final class StuckLimits {
    private record Limit(long nanos, String text) {}

    private record Rate(int bytesPerSecond, String text) {}

    private final Map<ConnectionPhase, Limit> limits = new EnumMap<>(ConnectionPhase.class);
    private final Map<ConnectionPhase, Rate> rates = new EnumMap<>(ConnectionPhase.class);
    private final long graceNanos;

    StuckLimits(MonitorConfig config) {
        config.limits()
                .forEach(
                        (phase, limit) ->
                                limits.put(
                                        phase,
                                        new Limit(
                                                limit.toNanos(),
                                                ReportLog.seconds(limit.toMillis()))));
        config.rates()
                .forEach((phase, rate) -> rates.put(phase, new Rate(rate, rate + " bytes/s")));
        graceNanos = config.grace().toNanos();
    }

    /**
     * What it is over, if anything. Confined to the monitor, which alone keeps accounts of rates.
     *
     * @return null if it is not stuck
     */
    @Nullable StuckRecord judge(TrackedConnection connection, long now) {
        long epoch = connection.state().epoch();
        ConnectionPhase phase = PhaseState.phase(epoch);
        long since = PhaseState.sinceNanos(epoch);
        Rate rate = rates.get(phase);
        RateBucket slow = rate == null ? null : slow(connection, phase, since, now, rate);
        Limit limit = limits.get(phase);
        if (limit != null && now - since > limit.nanos)
            return new StuckRecord(connection, epoch, since, limit.text, false, now);
        if (rate == null || slow == null) return null;
        return new StuckRecord(connection, epoch, slow.sinceNanos(), rate.text, true, now);
    }

    /** The account that is overdrawn, or null if it is not. */
    private @Nullable RateBucket slow(
            TrackedConnection connection, ConnectionPhase phase, long since, long now, Rate rate) {
        Traffic traffic = connection.traffic();
        long bytes = phase == ConnectionPhase.WRITING ? connection.bytesWritten() : traffic.read();
        long before = connection.state().waitedNanos(phase);
        RateBucket bucket = connection.bucket();
        if (bucket == null || !bucket.isFor(phase, traffic.requests())) {
            bucket = new RateBucket(phase, traffic.requests(), since, bytes, before, graceNanos);
            connection.setBucket(bucket);
        }
        long waited = before + Math.max(0, now - since);
        boolean behind = bucket.isBehind(bytes, waited, rate.bytesPerSecond, graceNanos);
        return behind ? bucket : null;
    }
}
