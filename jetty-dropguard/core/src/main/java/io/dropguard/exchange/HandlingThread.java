package io.dropguard.exchange;

import io.dropguard.cancel.InterruptScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that handles an exchange now, if any: it may be interrupted, and some things have
 * to wait until it has left. Thread-safe.
 *
 * <p>T1 has something to be done afterwards, T2 leaves: if T1 is first, T2 does it; if T2 is first,
 * T1 is told that there is nobody to wait for. One compare-and-set decides, for every request comes
 * by here.
 */
final class HandlingThread {
    //  null ──enter()──▶ InterruptScope ──afterwards()──▶ Task ──afterwards()──▶ Task …
    //   ▲────────────leave()────┴──────────────────────────┴───────────────────────┘
    private volatile @Nullable Object state;

    private int depth; // how often the thread has entered; confined to it

    private static final AtomicReferenceFieldUpdater<HandlingThread, @Nullable Object> STATE =
            AtomicReferenceFieldUpdater.newUpdater(HandlingThread.class, Object.class, "state");

    /** To be done by the thread when it leaves; {@code earlier} is the state before. */
    private record Task(InterruptScope scope, Runnable task, Object earlier) {}

    /** The calling thread handles the exchange from now on, unless another one does. */
    void enter() {
        InterruptScope handling = scopeOf(state);
        if (handling == null) {
            InterruptScope opened = InterruptScope.open();
            if (STATE.compareAndSet(this, null, opened)) depth = 1;
            else opened.close(); // another one came first
        } else if (handling.isCurrentThread()) depth++;
    }

    /**
     * The calling thread leaves, and does what had to wait for it.
     *
     * @return whether it was the one that handled the exchange, and handles it no more
     */
    boolean leave() {
        InterruptScope left = scopeOf(state);
        if (left == null || !left.isCurrentThread() || --depth > 0) return false;
        Object last = STATE.getAndSet(this, null);
        left.close();
        if (last instanceof Task tasks) run(tasks);
        return true;
    }

    private static void run(Task last) {
        Deque<Runnable> inOrder = new ArrayDeque<>();
        Object each = last;
        while (each instanceof Task task) {
            inOrder.push(task.task());
            each = task.earlier();
        }
        inOrder.forEach(Runnable::run);
    }

    /** Has the thread do this when it leaves; false if there is none. */
    boolean afterwards(Runnable task) {
        while (true) {
            Object now = state;
            InterruptScope handling = scopeOf(now);
            if (now == null || handling == null) return false;
            if (STATE.compareAndSet(this, now, new Task(handling, task, now))) return true;
        }
    }

    /** Null if there is none. */
    @Nullable Thread current() {
        InterruptScope handling = scopeOf(state);
        return handling == null ? null : handling.thread();
    }

    /** False if there is none, or it was interrupted already. */
    boolean interrupt() {
        InterruptScope handling = scopeOf(state);
        return handling != null && handling.interrupt();
    }

    private static @Nullable InterruptScope scopeOf(@Nullable Object state) {
        return state instanceof Task task ? task.scope() : (InterruptScope) state;
    }
}
