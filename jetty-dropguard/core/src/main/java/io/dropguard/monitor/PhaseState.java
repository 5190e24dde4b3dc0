package io.dropguard.monitor;

import io.dropguard.cancel.Ticker;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * What a connection does, since when, and whether it is being shut down, in one number, which is
 * its epoch too. So moving on is one atomic write, and so is the decision to end a connection that
 * has not moved on: of the two, one comes first. Thread-safe.
 */
final class PhaseState {
    private static final long PHASE = 0b0111;
    private static final long ENDED = 0b1000;
    private static final long TICK = 0b10000; // 16 ns: what the clock loses to phase and end

    private static final AtomicLongFieldUpdater<PhaseState> STATE =
            AtomicLongFieldUpdater.newUpdater(PhaseState.class, "state");

    private final Ticker ticker;
    private final MonitoredSocket socket;
    private volatile long state;

    // By whoever left the phase; the monitor sees it sooner or later.
    private long readingNanos;
    private long writingNanos;

    PhaseState(Ticker ticker, MonitoredSocket socket, ConnectionPhase phase) {
        this.ticker = ticker;
        this.socket = socket;
        this.state = floor(ticker.nanoTime()) | phase.code();
    }

    /**
     * Enters a phase, be it the same anew.
     *
     * @return false if the connection is being shut down: then it stays where it was
     */
    boolean enter(ConnectionPhase phase) {
        while (true) {
            long before = state;
            if ((before & ENDED) != 0) return false;
            // The clock is dear, for every request comes by here several times; but rates are made
            // of many short waits.
            boolean exactly = isTimed(phase) || isTimed(phase(before));
            long clock = exactly ? ticker.nanoTime() : socket.recentNanos(ticker);
            long now = Math.max(floor(clock), floor(before) + TICK);
            if (!STATE.compareAndSet(this, before, now | phase.code())) continue;
            if (exactly) waited(phase(before), now - floor(before));
            return true;
        }
    }

    private static boolean isTimed(ConnectionPhase phase) {
        return phase == ConnectionPhase.READING_BODY || phase == ConnectionPhase.WRITING;
    }

    private void waited(ConnectionPhase phase, long nanos) {
        if (phase == ConnectionPhase.READING_BODY) readingNanos += nanos;
        else if (phase == ConnectionPhase.WRITING) writingNanos += nanos;
    }

    /** How long the client was waited for, in the times before that it was in this phase. */
    long waitedNanos(ConnectionPhase phase) {
        return switch (phase) {
            case READING_BODY -> readingNanos;
            case WRITING -> writingNanos;
            default -> 0;
        };
    }

    /** Decides that the connection is shut down, if it has not moved on since this epoch. */
    boolean end(long epoch) {
        return STATE.compareAndSet(this, epoch, epoch | ENDED);
    }

    boolean isEnded() {
        return (state & ENDED) != 0;
    }

    ConnectionPhase phase() {
        return phase(state);
    }

    /** Changes with every phase entered. */
    long epoch() {
        return state & ~ENDED;
    }

    static ConnectionPhase phase(long epoch) {
        return ConnectionPhase.of((int) (epoch & PHASE));
    }

    /** Since when, by the ticker. */
    static long sinceNanos(long epoch) {
        return floor(epoch);
    }

    private static long floor(long nanos) {
        return nanos & -TICK;
    }
}
