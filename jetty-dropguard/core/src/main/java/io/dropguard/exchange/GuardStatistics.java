package io.dropguard.exchange;

import io.dropguard.cancel.ClientLoss.Signal;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what the guard saw since it was made. Thread-safe; each count is exact once all is quiet.
 */
public final class GuardStatistics {
    private final Map<Signal, LongAdder> losses = new EnumMap<>(Signal.class);
    private final ExchangeCounts counts = new ExchangeCounts();
    private final LongAdder unrun = new LongAdder();
    private final LongAdder interrupts = new LongAdder();
    private final LongAdder deadlines = new LongAdder();
    private final LongAdder heartbeats = new LongAdder();
    private final LongAdder lostEnded = new LongAdder();
    private final LongAdder ranOnNanos = new LongAdder();

    GuardStatistics() {
        for (Signal signal : Signal.values()) losses.put(signal, new LongAdder());
    }

    /** Exchanges whose client was lost before its answer was handed down, by how it was noticed. */
    public Map<Signal, Long> losses() {
        Map<Signal, Long> counts = new EnumMap<>(Signal.class);
        losses.forEach((signal, count) -> counts.put(signal, count.sum()));
        return counts;
    }

    /** Exchanges that are not over. */
    public long active() {
        long over = counts.ended(); // first: one that ends meanwhile must not count below zero
        return counts.begun() - over;
    }

    /** Exchanges so far, those that are not over included. */
    public long exchanges() {
        return counts.begun();
    }

    /** Lost exchanges that were never run, because their client had left while they queued. */
    public long unrun() {
        return unrun.sum();
    }

    /** Threads that were interrupted. */
    public long interrupts() {
        return interrupts.sum();
    }

    /** Deadlines that expired before the answer was finished. */
    public long deadlines() {
        return deadlines.sum();
    }

    /** Heartbeats that were sent. */
    public long heartbeats() {
        return heartbeats.sum();
    }

    /** Lost exchanges whose work has ended since, those that were never run excepted. */
    public long lostEnded() {
        return lostEnded.sum();
    }

    /**
     * For how long work ran on after its client was lost, over all {@link #lostEnded()}: time that
     * a thread, a query or a pending callback spent on what nobody would read.
     */
    public Duration ranOn() {
        return Duration.ofNanos(ranOnNanos.sum());
    }

    void begun() {
        counts.begin();
    }

    void ended() {
        counts.end();
    }

    void dropped() {
        unrun.increment();
    }

    void interrupted() {
        interrupts.increment();
    }

    void deadlineExpired() {
        deadlines.increment();
    }

    void heartbeat() {
        heartbeats.increment();
    }

    void ranOn(Duration afterLoss) {
        lostEnded.increment();
        ranOnNanos.add(Math.max(0, afterLoss.toNanos()));
    }

    void lost(Signal signal) {
        LongAdder count = losses.get(signal);
        if (count != null) count.increment();
    }

    @Override
    public String toString() {
        return "GuardStatistics[exchanges="
                + exchanges()
                + ", active="
                + active()
                + ", losses="
                + losses()
                + ", unrun="
                + unrun()
                + ", interrupts="
                + interrupts()
                + ", deadlines="
                + deadlines()
                + ", heartbeats="
                + heartbeats()
                + ", ranOn="
                + ranOn()
                + "]";
    }
}
