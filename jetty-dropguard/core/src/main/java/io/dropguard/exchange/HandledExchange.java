package io.dropguard.exchange;

import io.dropguard.cancel.InterruptScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * An exchange, and the one thread that handles it now, if any: that may be interrupted, and some
 * things have to wait until it has left. Thread-safe.
 *
 * <p>T1 has something to be done afterwards, T2 leaves: if T1 is first, T2 does it; if T2 is first,
 * T1 is told that there is nobody to wait for. One compare-and-set decides, for every request comes
 * by here; which is also why it is one object with the exchange and its end.
 */
class HandledExchange extends ExchangeEnd {
    //  null ──enter()──▶ Thread ──interrupt()──▶ InterruptScope
    //   ▲                  └──────afterwards()───────┴──▶ Task ──afterwards()──▶ Task …
    //   └────────────────────────leave()────────────────────┘
    private volatile @Nullable Object state;

    /**
     * What one stay of the handler counts. Those of contexts within it count one each: a thread may
     * be told of the end of one of whose beginning it was not, and stays for the handler.
     */
    private static final int HANDLER = 1 << 16;

    private int depth; // how often the thread has entered; confined to it

    private static final AtomicReferenceFieldUpdater<HandledExchange, @Nullable Object> STATE =
            AtomicReferenceFieldUpdater.newUpdater(HandledExchange.class, Object.class, "state");

    /** As {@link #enter}, but cheaper: nobody else knows of the exchange yet. */
    final void enterFirst() {
        STATE.lazySet(this, Thread.currentThread());
        depth = HANDLER;
    }

    /** To be done by the thread when it leaves; {@code earlier} was to be before, if anything. */
    private record Task(InterruptScope scope, Runnable task, @Nullable Task earlier) {}

    /** The calling thread handles the exchange from now on, unless another one does. */
    void enter() {
        enter(HANDLER);
    }

    /** As {@link #enter}, for a part of it: perhaps within, perhaps alone. */
    void enterContext() {
        enter(1);
    }

    private void enter(int count) {
        Thread handling = thread();
        if (handling == null) {
            if (STATE.compareAndSet(this, null, Thread.currentThread())) depth = count;
        } else if (handling == Thread.currentThread()) depth += count;
    }

    /**
     * The calling thread leaves, and does what had to wait for it.
     *
     * @return whether it was the one that handled the exchange, and handles it no more
     */
    boolean leave() {
        if (thread() != Thread.currentThread() || depth < HANDLER) return false;
        depth -= HANDLER;
        if (depth >= HANDLER) return false;
        left(); // whatever contexts have not said that they end
        return true;
    }

    /** As {@link #leave}, after {@link #enterContext}; without effect if that was not called. */
    boolean leaveContext() {
        if (thread() != Thread.currentThread() || depth % HANDLER == 0) return false;
        if (--depth > 0) return false;
        left();
        return true;
    }

    /** The calling thread handles it no more, and does what had to wait for that. */
    void left() {
        Object last = STATE.getAndSet(this, null);
        if (last instanceof Thread) return; // as most do
        InterruptScope scope = scopeOf(last);
        if (scope != null) scope.close();
        if (last instanceof Task tasks) run(tasks);
    }

    private static void run(Task last) {
        Deque<Runnable> inOrder = new ArrayDeque<>();
        for (Task each = last; each != null; each = each.earlier()) inOrder.push(each.task());
        inOrder.forEach(Runnable::run);
    }

    /** Has the thread do this when it leaves; false if there is none. */
    boolean afterwards(Runnable task) {
        while (true) {
            Object now = state;
            InterruptScope scope =
                    now instanceof Thread thread ? InterruptScope.on(thread) : scopeOf(now);
            if (scope == null) return false;
            if (STATE.compareAndSet(
                    this, now, new Task(scope, task, now instanceof Task earlier ? earlier : null)))
                return true;
        }
    }

    /** Null if there is none. */
    public @Nullable Thread thread() {
        Object now = state;
        if (now instanceof Thread thread) return thread;
        InterruptScope scope = scopeOf(now);
        return scope == null ? null : scope.thread();
    }

    /** False if there is none, or it was interrupted already. */
    public boolean interrupt() {
        while (true) {
            Object now = state;
            if (!(now instanceof Thread thread)) {
                InterruptScope scope = scopeOf(now);
                return scope != null && scope.interrupt();
            }
            // T1, we, give it a scope and then interrupt; T2, the thread, leaves and closes what it
            // finds: of a scope that is closed nothing is raised.
            STATE.compareAndSet(this, now, InterruptScope.on(thread));
        }
    }

    /** Null if there is none. */
    private static @Nullable InterruptScope scopeOf(@Nullable Object state) {
        if (state instanceof Task task) return task.scope();
        return state instanceof InterruptScope scope ? scope : null;
    }
}
