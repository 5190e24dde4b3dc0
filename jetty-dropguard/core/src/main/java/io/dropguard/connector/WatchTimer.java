package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Visits connections a delay after they asked for it, or half as long again. Thread-safe.
 *
 * <p>One for all connections of a connector: a connection stands in the queue at most once however
 * many requests it serves meanwhile, so a busy one costs one visit per delay and not a timer per
 * request; nothing ticks while nobody waits.
 */
final class WatchTimer {
    private static final Logger LOG = LoggerFactory.getLogger(WatchTimer.class);

    private final Scheduler scheduler;
    private final Ticker ticker;
    private final long delayNanos;

    /**
     * Half the delay: connections that begin at any time would each wake the scheduler's thread
     * once in a delay, which cost a busy server 3 % of all it did.
     */
    private final long pauseNanos;

    private final Queue<ClientWatch> queue; // due times rise
    private final AtomicBoolean ticking = new AtomicBoolean();
    private volatile long recentNanos; // when it was last asked for a visit, or made one

    WatchTimer(Scheduler scheduler, Ticker ticker, long delayNanos) {
        this(scheduler, ticker, delayNanos, new ConcurrentLinkedQueue<>());
    }

    WatchTimer(Scheduler scheduler, Ticker ticker, long delayNanos, Queue<ClientWatch> queue) {
        this.scheduler = scheduler;
        this.ticker = ticker;
        this.delayNanos = delayNanos;
        this.pauseNanos = delayNanos / 2;
        this.queue = queue;
    }

    long delayNanos() {
        return delayNanos;
    }

    long nanoTime() {
        return ticker.nanoTime();
    }

    /** As {@link #nanoTime}, but late by up to one and a half delays; for those to be visited. */
    long recentNanos(Ticker asked) {
        return asked == ticker ? recentNanos : asked.nanoTime();
    }

    /** Has {@code watch} visited after the delay, unless it is to be visited already. */
    void visitLater(ClientWatch watch) {
        if (watch.isQueued()) return; // before the clock is asked: most requests end here
        long now = ticker.nanoTime();
        recentNanos = now; // before it counts as queued
        if (!watch.enqueue(now + delayNanos)) return;
        queue.add(watch);
        // T1 adds, finds ticking; T2 has found the queue empty and stops ticking: T2 looks again.
        if (!ticking.get() && ticking.compareAndSet(false, true)) tickAfter(delayNanos);
    }

    /** Runs {@code task} after {@code millis}. */
    void schedule(Runnable task, long millis) {
        scheduler.schedule(task, millis, TimeUnit.MILLISECONDS);
    }

    private void tickAfter(long nanos) {
        scheduler.schedule(this::tick, nanos, TimeUnit.NANOSECONDS);
    }

    private static void visit(ClientWatch watch, long now) {
        try {
            watch.visit(now);
        } catch (Throwable thrown) { // one connection's failure must not blind the others' watches
            LOG.warn("Watching a connection failed", thrown);
        }
    }

    private void tick() {
        long now = ticker.nanoTime();
        recentNanos = now;
        ClientWatch watch;
        while ((watch = queue.peek()) != null) {
            long wait = watch.dueNanos() - now;
            if (wait > 0) {
                tickAfter(Math.max(wait, pauseNanos));
                return;
            }
            queue.poll();
            watch.dequeue();
            visit(watch, now);
        }
        ticking.set(false);
        if (!queue.isEmpty() && ticking.compareAndSet(false, true)) tickAfter(delayNanos);
    }
}
