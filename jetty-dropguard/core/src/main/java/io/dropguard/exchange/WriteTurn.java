package io.dropguard.exchange;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Whose write is on its way, as Jetty takes one at a time, and what has to wait for its end.
 * Guarded by its {@link ResponseGate}.
 */
final class WriteTurn {
    //  FREE ──▶ APPLICATION ──▶ FREE
    //  FREE ──▶ HEARTBEAT ──▶ FREE           nobody waited
    //             └──▶ WAITING ──▶ FREE      what waited runs, one after the other; a write of the
    //                     └──▶ APPLICATION   application's among it keeps the turn
    private enum Holder {
        FREE,
        APPLICATION,
        HEARTBEAT,
        WAITING
    }

    private final Deque<Runnable> waiting = new ArrayDeque<>(2);
    private Holder holder = Holder.FREE;

    boolean isFree() {
        return holder == Holder.FREE;
    }

    boolean isApplications() {
        return holder == Holder.APPLICATION;
    }

    /** Whether a heartbeat, or what has waited for one, comes before whoever asks. */
    boolean isTaken() {
        return holder == Holder.HEARTBEAT || holder == Holder.WAITING;
    }

    void giveToApplication() {
        holder = Holder.APPLICATION;
    }

    void giveToHeartbeat() {
        holder = Holder.HEARTBEAT;
    }

    /** The application's bytes are written. */
    void applicationEnded() {
        if (holder == Holder.APPLICATION) holder = Holder.FREE;
    }

    /** The heartbeat is written; false if nobody waited for that. */
    boolean heartbeatEnded() {
        holder = waiting.isEmpty() ? Holder.FREE : Holder.WAITING;
        return holder == Holder.WAITING;
    }

    /** Runs this in its turn: see {@link #next}. */
    void await(Runnable task) {
        waiting.addLast(task);
    }

    /** What is to run now that a heartbeat is written; null when that was all. */
    @Nullable Runnable next() {
        if (holder == Holder.HEARTBEAT) return null; // and what waits does so for its end
        Runnable task = waiting.pollFirst();
        if (task == null && holder == Holder.WAITING) holder = Holder.FREE;
        return task;
    }
}
