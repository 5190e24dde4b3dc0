package io.dropguard.cancel;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Interrupts one thread, nobody else, and only until that thread closes it. Thread-safe.
 *
 * <p>It clears the interrupt it raised and keeps a stranger's. An interrupt that a stranger raises
 * <em>after</em> this scope raised its own cannot be told apart from it and is cleared with it.
 *
 * <p>Scopes nest on a thread, and close in the reverse order. The flag is one for all of them: the
 * last to close of those that raised it clears it, so an inner one does not take an outer one's.
 */
public final class InterruptScope implements AutoCloseable {
    //  OPEN ──interrupt()──▶ RAISED ──close()──▶ CLOSED          OPEN ──close()──▶ CLOSED
    private static final int OPEN = 0;
    private static final int RAISED = 1;
    private static final int CLOSED = 2;

    private static final AtomicIntegerFieldUpdater<InterruptScope> STATE =
            AtomicIntegerFieldUpdater.newUpdater(InterruptScope.class, "state");

    /**
     * The flags that are raised now; a scope that just closes, as most do, does not look here. An
     * entry's lock is what its flag is guarded by.
     */
    private static final ConcurrentMap<Thread, RaisedFlag> FLAGS = new ConcurrentHashMap<>();

    /**
     * The interrupt flag of a thread.
     *
     * @param scopes how many have raised it and are not closed
     * @param strangerFirst whether it was set before the first of them raised it
     */
    private record RaisedFlag(int scopes, boolean strangerFirst) {}

    private final Thread thread;
    private volatile int state; // RAISED and back under the lock of the thread's flag

    private InterruptScope(Thread thread) {
        this.thread = thread;
    }

    /** Opens a scope on the calling thread, which must close it too. */
    public static InterruptScope open() {
        return new InterruptScope(Thread.currentThread());
    }

    /**
     * Opens a scope on a thread that may not know of it yet, but must close it before it takes up
     * other work.
     */
    public static InterruptScope on(Thread thread) {
        return new InterruptScope(requireNonNull(thread, "thread"));
    }

    /**
     * Called by whoever learns that the work is in vain; once raised or closed it does nothing.
     *
     * @return whether this call raised the interrupt
     */
    public boolean interrupt() {
        if (state != OPEN) return false;
        boolean[] raised = {false};
        FLAGS.compute(
                thread,
                (interrupted, flag) -> {
                    if (!STATE.compareAndSet(this, OPEN, RAISED)) return flag;
                    raised[0] = true;
                    int others = flag == null ? 0 : flag.scopes();
                    boolean stranger =
                            flag == null ? interrupted.isInterrupted() : flag.strangerFirst();
                    // inside the lock: the thread waits for it to close, and takes up no other work
                    interrupted.interrupt();
                    return new RaisedFlag(others + 1, stranger);
                });
        return raised[0];
    }

    /** Whether the calling thread is the one that this scope interrupts. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** The thread that this scope interrupts. */
    public Thread thread() {
        return thread;
    }

    /** Idempotent. Called by the thread that it interrupts. */
    @Override
    public void close() {
        if (STATE.compareAndSet(this, OPEN, CLOSED)) return;
        FLAGS.computeIfPresent(
                thread,
                (closing, flag) -> {
                    if (state == CLOSED) return flag;
                    state = CLOSED;
                    if (flag.scopes() > 1)
                        return new RaisedFlag(flag.scopes() - 1, flag.strangerFirst());
                    // ours: the work may have noticed it, swallowed it or never looked
                    if (!flag.strangerFirst()) Thread.interrupted();
                    return null;
                });
    }
}
