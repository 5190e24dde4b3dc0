package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjLongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the client of one HTTP/2 connection, while its requests are computed and it is silent,
 * whether it is there. Whatever comes from it is an answer. Unlike TCP's own probes it also reaches
 * the client behind a proxy or tunnel that ends TCP. Thread-safe.
 */
final class PeerPing {
    private static final Logger LOG = LoggerFactory.getLogger(PeerPing.class);

    /**
     * 8 KiB: a client that has more to read first may be slow, and not gone; it is left to TCP to
     * find out.
     */
    private static final int LITTLE = 8 * 1024;

    private final ClientWatch watch;
    private final Runnable send;
    private final ObjLongConsumer<Runnable> scheduler; // takes nanoseconds
    private final Ticker ticker;
    private final long intervalNanos;
    private final long timeoutNanos;
    private final AtomicInteger unread = new AtomicInteger(); // bytes since it was last heard
    private volatile long heardNanos;

    PeerPing(
            ClientWatch watch,
            Runnable send,
            ObjLongConsumer<Runnable> scheduler,
            Ticker ticker,
            PingConfig config) {
        this.watch = watch;
        this.send = send;
        this.scheduler = scheduler;
        this.ticker = ticker;
        this.intervalNanos = config.interval().toNanos();
        this.timeoutNanos = config.timeout().toNanos();
        this.heardNanos = ticker.nanoTime();
    }

    void begin() {
        scheduler.accept(this::check, intervalNanos);
    }

    /** Bytes came from the client. */
    void heard() {
        heardNanos = ticker.nanoTime();
        unread.set(0);
    }

    /** Bytes were handed down to the socket. */
    void wrote(int bytes) {
        if (unread.get() <= LITTLE) unread.addAndGet(bytes); // beyond it they need not be counted
    }

    private void check() {
        if (watch.isClosed()) return;
        long silence = ticker.nanoTime() - heardNanos;
        if (silence < intervalNanos) scheduler.accept(this::check, intervalNanos - silence);
        else if (!watch.isComputing() || unread.get() > LITTLE) begin();
        else ask();
    }

    private void ask() {
        long asked = ticker.nanoTime();
        send.run();
        scheduler.accept(() -> conclude(asked), timeoutNanos);
    }

    private void conclude(long asked) {
        if (watch.isClosed()) return;
        if (heardNanos - asked >= 0 || unread.get() > LITTLE || !watch.isComputing()) {
            check();
            return;
        }
        long silence = (ticker.nanoTime() - heardNanos) / 1_000_000;
        LOG.debug("Vanished: {} has not answered a PING, silent for {} ms", watch, silence);
        watch.vanished(
                new PeerUnreachableException("PING unanswered, silent for " + silence + " ms"));
    }
}
