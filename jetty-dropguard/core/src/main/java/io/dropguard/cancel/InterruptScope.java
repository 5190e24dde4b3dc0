package io.dropguard.cancel;

/**
 * Interrupts the thread that opened it, nobody else, and only until it is closed. Thread-safe.
 *
 * <p>It clears the interrupt it raised and keeps a stranger's. An interrupt that a stranger raises
 * <em>after</em> this scope raised its own cannot be told apart from it and is cleared with it.
 */
public final class InterruptScope implements AutoCloseable {
    //  OPEN ──interrupt()──▶ RAISED ──close()──▶ CLOSED          OPEN ──close()──▶ CLOSED
    private enum State {
        OPEN,
        RAISED,
        CLOSED
    }

    private final Thread thread = Thread.currentThread();
    private State state = State.OPEN; // guarded by this
    private boolean strangerFirst; // guarded by this

    private InterruptScope() {}

    /** Opens a scope on the calling thread, which must close it too. */
    public static InterruptScope open() {
        return new InterruptScope();
    }

    /**
     * Called by whoever learns that the work is in vain; once raised or closed it does nothing.
     *
     * @return whether this call raised the interrupt
     */
    public synchronized boolean interrupt() {
        if (state != State.OPEN) return false;
        state = State.RAISED;
        strangerFirst = thread.isInterrupted();
        thread.interrupt(); // inside the lock: the thread cannot close and take up other work
        // meanwhile
        return true;
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
    public synchronized void close() {
        if (state == State.RAISED && !strangerFirst)
            Thread.interrupted(); // ours: the work may have noticed it, swallowed it or never
        // looked
        state = State.CLOSED;
    }
}
