package io.dropguard.exchange;

import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Looks before work starts: while requests queue for threads, one whose client has left is not run.
 * Thread-safe.
 *
 * <p>Under {@link QueueOrder#NEWEST_FIRST} requests are parsed as they come out of the pool's queue
 * and set aside here, where their connections are watched; relays at the queue's end run the
 * newest. A relay that has run one goes back to the end of the queue, behind what has come
 * meanwhile, so that those are set aside too before the next one is chosen. Whenever somebody
 * waits, there is a relay.
 */
final class Admission {
    /** 1 s: the last ones in the queue find it empty when their turn comes. */
    private static final Duration AFTERMATH = Duration.ofSeconds(1);

    private static final AtomicLongFieldUpdater<Admission> LAST_QUEUEING =
            AtomicLongFieldUpdater.newUpdater(Admission.class, "lastQueueing");

    private final ThreadPool pool;
    private final Executor executor; // for handlers: virtual threads, where the server has them
    private final QueueOrder order;
    private final Deque<WaitingExchange> waiting = new ConcurrentLinkedDeque<>(); // newest last
    private final AtomicInteger relays = new AtomicInteger(); // queued or running
    private volatile long lastQueueing;

    Admission(ThreadPool pool, QueueOrder order) {
        this.pool = pool;
        this.executor = VirtualThreads.getExecutor(pool);
        this.order = order;
    }

    /**
     * Whether requests wait for threads, or did until just now: then this one has waited too, and
     * its client may have left.
     */
    boolean isQueueing() {
        boolean queueing =
                pool instanceof QueuedThreadPool queued
                        ? queued.getQueueSize() > 0
                        : pool.isLowOnThreads();
        long last = lastQueueing;
        if (!queueing && last == 0) return false; // most of the time: the clock is not asked
        long now = System.nanoTime();
        if (queueing) lastQueueing = now | 1; // 0: not of late
        else if (now - last >= AFTERMATH.toNanos()) LAST_QUEUEING.compareAndSet(this, last, 0);
        return queueing || now - last < AFTERMATH.toNanos();
    }

    /**
     * Takes the request over, unless it is to be run at once.
     *
     * @return whether it was taken
     */
    boolean take(WaitingExchange arrived) {
        if (order == QueueOrder.NEWEST_FIRST) {
            waiting.addLast(arrived);
            dropLost();
            addRelay();
            return true;
        }
        boolean known = arrived.exchange().look();
        if (arrived.dropIfLost()) return true;
        if (known) return false;
        // A probe is under way. Others are waiting: when its turn comes again, the answer is there.
        executor.execute(
                () -> {
                    arrived.exchange().look();
                    if (!arrived.dropIfLost()) arrived.run();
                });
        return true;
    }

    /** The oldest leave first, so what is lost gathers there. */
    private void dropLost() {
        WaitingExchange oldest;
        while ((oldest = waiting.peekFirst()) != null && oldest.exchange().isLost())
            if (waiting.removeFirstOccurrence(oldest)) oldest.dropIfLost();
    }

    private void addRelay() {
        int most =
                pool instanceof QueuedThreadPool queued
                        ? queued.getMaxThreads()
                        : pool.getThreads();
        while (true) {
            int now = relays.get();
            if (now >= Math.max(1, most)) return;
            if (relays.compareAndSet(now, now + 1)) {
                executor.execute(this::relay);
                return;
            }
        }
    }

    private void relay() {
        WaitingExchange newest = takeLive();
        if (newest != null) newest.run();
        if (!waiting.isEmpty()) {
            executor.execute(this::relay);
            return;
        }
        relays.decrementAndGet();
        if (!waiting.isEmpty()) addRelay(); // T1 has added and seen us: we look again
    }

    private @Nullable WaitingExchange takeLive() {
        WaitingExchange newest;
        while ((newest = waiting.pollLast()) != null) {
            newest.exchange().look();
            if (!newest.dropIfLost()) return newest;
        }
        return null;
    }
}
