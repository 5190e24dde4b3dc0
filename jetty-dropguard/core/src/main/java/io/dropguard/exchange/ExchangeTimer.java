package io.dropguard.exchange;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for the heartbeats and deadlines of all exchanges; what it runs does not block.
 * Thread-safe. The thread starts with the first task.
 */
final class ExchangeTimer extends AbstractLifeCycle {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeTimer.class);

    private final PacedTasks paced = new PacedTasks((nanos, task) -> after(nanos, task) != null);
    private volatile @Nullable ScheduledThreadPoolExecutor executor;

    @Override
    protected void doStart() {
        ScheduledThreadPoolExecutor created =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "dropguard-timer");
                            thread.setDaemon(true);
                            return thread;
                        });
        created.setRemoveOnCancelPolicy(true);
        executor = created;
    }

    @Override
    protected void doStop() {
        ScheduledThreadPoolExecutor stopped = executor;
        executor = null;
        if (stopped != null) stopped.shutdownNow();
    }

    /** Null if the server is stopping, when there is nothing to be in time for. */
    @Nullable ScheduledFuture<?> after(long nanos, Runnable task) {
        ScheduledThreadPoolExecutor running = executor;
        if (running == null) return null;
        try {
            return running.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopping) {
            return null;
        }
    }

    /** Behind what is due now, and not all at once: it wakes a thread that will be busy. */
    void wake(Runnable task) {
        paced.add(() -> run(task));
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable bug) {
            LOG.warn("A heartbeat or a deadline failed", bug);
        }
    }
}
