package io.dropguard.monitor;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a task again and again while it is needed, on a thread of its own. Thread-safe. */
final class MonitorThread {
    private static final Logger LOG = LoggerFactory.getLogger(MonitorThread.class);

    private final Runnable task;
    private final BooleanSupplier isNeeded;
    private final long intervalNanos;
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

    MonitorThread(Runnable task, BooleanSupplier isNeeded, long intervalNanos) {
        this.task = task;
        this.isNeeded = isNeeded;
        this.intervalNanos = intervalNanos;
    }

    /** It is needed from now on. */
    void start() {
        if (thread.get() != null) return;
        Thread starting = new Thread(this::run, "dropguard-monitor");
        starting.setDaemon(true); // no connection keeps a JVM alive
        if (thread.compareAndSet(null, starting)) starting.start();
    }

    /** It may be needed no more. */
    void wake() {
        LockSupport.unpark(thread.get());
    }

    private void run() {
        do {
            while (isNeeded.getAsBoolean()) {
                LockSupport.parkNanos(this, intervalNanos);
                runTask();
            }
            thread.set(null);
            // T1 needs it and sees that it runs; T2, here, has seen that it is needed no more.
        } while (isNeeded.getAsBoolean() && thread.compareAndSet(null, Thread.currentThread()));
    }

    private void runTask() {
        try {
            task.run();
        } catch (RuntimeException thrown) { // the next time may do better
            LOG.warn("Looking for stuck connections failed", thrown);
        }
    }
}
