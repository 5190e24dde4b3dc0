package io.dropguard.exchange;

import io.dropguard.cancel.InterruptScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that handles an exchange now, if any: it may be interrupted, and some things have
 * to wait until it has left. Thread-safe.
 *
 * <p>T1 has something to be done afterwards, T2 leaves: if T1 is first, T2 does it; if T2 is first,
 * T1 is told that there is nobody to wait for.
 */
final class HandlingThread {
    private @Nullable InterruptScope scope; // guarded by this
    private int depth; // guarded by this: how often the thread has entered
    private @Nullable List<Runnable> afterwards; // guarded by this

    /** The calling thread handles the exchange from now on, unless another one does. */
    synchronized void enter() {
        if (scope == null) {
            scope = InterruptScope.open();
            depth = 1;
        } else if (scope.isCurrentThread()) depth++;
    }

    /**
     * The calling thread leaves, and does what had to wait for it.
     *
     * @return whether it was the one that handled the exchange, and handles it no more
     */
    boolean leave() {
        InterruptScope left;
        List<Runnable> tasks;
        synchronized (this) {
            left = scope;
            if (left == null || !left.isCurrentThread() || --depth > 0) return false;
            scope = null;
            tasks = afterwards;
            afterwards = null;
        }
        left.close();
        if (tasks != null) tasks.forEach(Runnable::run);
        return true;
    }

    /** Has the thread do this when it leaves; false if there is none. */
    synchronized boolean afterwards(Runnable task) {
        if (scope == null) return false;
        if (afterwards == null) afterwards = new ArrayList<>(1);
        afterwards.add(task);
        return true;
    }

    /** Null if there is none. */
    synchronized @Nullable Thread current() {
        return scope == null ? null : scope.thread();
    }

    /** False if there is none, or it was interrupted already. */
    boolean interrupt() {
        InterruptScope handling;
        synchronized (this) {
            handling = scope;
        }
        return handling != null && handling.interrupt();
    }
}
