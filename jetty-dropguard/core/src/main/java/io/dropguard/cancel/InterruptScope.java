package io.dropguard.cancel;

import java.lang.ref.WeakReference;
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

    /** Weak: a thread outlives applications, and must not hold their class loader. */
    private static final ThreadLocal<@Nullable WeakReference<Flag>> FLAG = new ThreadLocal<>();

    /** The interrupt flag of one thread, which all scopes on it share. */
    private static final class Flag {
        final Thread thread = Thread.currentThread();
        @Nullable InterruptScope innermost; // confined to the thread
        int raised; // guarded by this: how many scopes have raised the flag and are not closed
        boolean strangerFirst; // guarded by this: it was set before the first of them raised it

        static Flag ofThisThread() {
            WeakReference<Flag> known = FLAG.get();
            Flag flag = known == null ? null : known.get();
            if (flag != null) return flag;
            Flag first = new Flag();
            FLAG.set(new WeakReference<>(first));
            return first;
        }
    }

    private final Flag flag;
    private final @Nullable InterruptScope outer;
    private volatile int state; // most scopes just close, and take no lock for it

    private InterruptScope(Flag flag) {
        this.flag = flag;
        this.outer = flag.innermost;
    }

    /** Opens a scope on the calling thread, which must close it too. */
    public static InterruptScope open() {
        Flag flag = Flag.ofThisThread();
        InterruptScope opened = new InterruptScope(flag);
        flag.innermost = opened;
        return opened;
    }

    /**
     * Called by whoever learns that the work is in vain; once raised or closed it does nothing.
     *
     * @return whether this call raised the interrupt
     */
    public boolean interrupt() {
        synchronized (flag) {
            if (!STATE.compareAndSet(this, OPEN, RAISED)) return false;
            if (flag.raised++ == 0) flag.strangerFirst = flag.thread.isInterrupted();
            // inside the lock: the thread that closes waits for it, and takes up no other work
            flag.thread.interrupt();
            return true;
        }
    }

    /** Whether the calling thread is the one that this scope interrupts. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == flag.thread;
    }

    /** The thread that opened this scope. */
    public Thread thread() {
        return flag.thread;
    }

    /** Idempotent. Called by the thread that opened the scope. */
    @Override
    public void close() {
        if (!STATE.compareAndSet(this, OPEN, CLOSED)) clearRaised();
        if (flag.innermost == this) flag.innermost = outer;
    }

    private void clearRaised() {
        synchronized (flag) {
            if (state == CLOSED) return;
            state = CLOSED;
            // ours: the work may have noticed it, swallowed it or never looked
            if (--flag.raised == 0 && !flag.strangerFirst) Thread.interrupted();
        }
    }
}
