package io.dropguard.cancel;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Runs something elsewhere and waits for it in a way that neither notices nor clears interrupts.
 */
final class OtherThread {
    private OtherThread() {}

    static <T> T call(Supplier<T> task) {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> result.set(task.get()), "other");
        thread.setUncaughtExceptionHandler((t, thrown) -> failure.set(thrown));
        thread.start();
        while (thread.isAlive()) Thread.onSpinWait();
        if (failure.get() != null) throw new AssertionError("on the other thread", failure.get());
        return result.get();
    }
}
