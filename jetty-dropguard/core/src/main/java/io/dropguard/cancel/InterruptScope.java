package io.dropguard.cancel;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts the thread that opened it, nobody else, and only until it is closed. Thread-safe.
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

    private static final ThreadLocal<@Nullable InterruptScope> INNERMOST = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();
    private final @Nullable InterruptScope outer = INNERMOST.get();
    private volatile int state = OPEN; // most scopes just close, and take no lock for it

    // of the outermost scope, for all that are nested in it; guarded by it
    private int raised; // how many have raised the flag and are not closed
    private boolean strangerFirst; // the flag was set before the first of them raised it

    private InterruptScope() {}

    /** Opens a scope on the calling thread, which must close it too. */
    public static InterruptScope open() {
        InterruptScope opened = new InterruptScope();
        INNERMOST.set(opened);
        return opened;
    }

    /**
     * Called by whoever learns that the work is in vain; once raised or closed it does nothing.
     *
     * @return whether this call raised the interrupt
     */
    public boolean interrupt() {
        InterruptScope outermost = outermost();
        synchronized (outermost) {
            if (!STATE.compareAndSet(this, OPEN, RAISED)) return false;
            if (outermost.raised++ == 0) outermost.strangerFirst = thread.isInterrupted();
            // inside the lock: the thread that closes waits for it, and takes up no other work
            thread.interrupt();
            return true;
        }
    }

    /** Whether the calling thread is the one that this scope interrupts. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** The thread that opened this scope. */
    public Thread thread() {
        return thread;
    }

    /** Idempotent. Called by the thread that opened the scope. */
    @Override
    public void close() {
        if (!STATE.compareAndSet(this, OPEN, CLOSED)) clearRaised();
        if (INNERMOST.get() == this) INNERMOST.set(outer);
    }

    private void clearRaised() {
        InterruptScope outermost = outermost();
        synchronized (outermost) {
            if (state == CLOSED) return;
            state = CLOSED;
            // ours: the work may have noticed it, swallowed it or never looked
            if (--outermost.raised == 0 && !outermost.strangerFirst) Thread.interrupted();
        }
    }

    private InterruptScope outermost() {
        InterruptScope each = this;
        while (each.outer != null) each = each.outer;
        return each;
    }
}
