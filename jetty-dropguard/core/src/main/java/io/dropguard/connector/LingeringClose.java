package io.dropguard.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection so that its last answer is read: tells the client that nothing more will
 * come, and then takes and drops what it still sends, until it closes too or its time is over.
 * Closing with unread bytes, or before they come, has the kernel send RST, and that destroys what
 * the client has not read yet (RFC 9112, section 9.6; RFC 1122, section 4.2.2.13). Holds no thread.
 * Thread-safe.
 */
final class LingeringClose {
    private static final Logger LOG = LoggerFactory.getLogger(LingeringClose.class);

    /** 64 KiB: a socket's receive buffer holds about that much. */
    private static final int CHUNK = 64 * 1024;

    /** 16 chunks: then other connections of the selector have their turn. */
    private static final int CHUNKS_AT_ONCE = 16;

    private final AbstractEndPoint endPoint;
    private final ByteBufferPool pool;
    private final Scheduler scheduler;
    private final LingerConfig config;
    private final Consumer<LingeringClose> ended;
    private final AtomicReference<@Nullable Consumer<ByteBuffer>> onFirstBytes;
    private final AtomicBoolean over = new AtomicBoolean();
    private final long endNanos;
    private volatile long lastByteNanos;
    private volatile boolean late; // the next one that reads is the last
    private volatile Scheduler.@Nullable Task next;
    private long left; // confined to the reader: there is one at a time

    LingeringClose(
            AbstractEndPoint endPoint,
            ByteBufferPool pool,
            Scheduler scheduler,
            LingerConfig config,
            @Nullable Consumer<ByteBuffer> onFirstBytes,
            Consumer<LingeringClose> ended) {
        this.endPoint = endPoint;
        this.pool = pool;
        this.scheduler = scheduler;
        this.config = config;
        this.onFirstBytes = new AtomicReference<>(onFirstBytes);
        this.ended = ended;
        this.left = config.bytes();
        this.lastByteNanos = System.nanoTime();
        this.endNanos = lastByteNanos + config.time().toNanos();
    }

    void begin() {
        if (over.get()) return; // too many at once: others came before we began
        // that time is over already, and what is left of it is shorter than the grace
        if (onFirstBytes.get() != null) endPoint.setIdleTimeout(-1);
        endPoint.shutdownOutput();
        endPoint.getFillInterest().onClose(); // for those above, it is closed
        check();
        drain();
    }

    /** Closes now. Idempotent. */
    void finish() {
        if (!over.compareAndSet(false, true)) return;
        endPoint.close();
        ended.accept(this);
        cancel();
    }

    /** Otherwise the scheduler would hold what has ended until its time is over. */
    private void cancel() {
        Scheduler.Task scheduled = next;
        if (scheduled != null) scheduled.cancel();
    }

    /** Whether time is left; if so, looks again when it may be over. */
    private void check() {
        if (over.get()) return;
        long now = System.nanoTime();
        Duration quiet = config.timeout().minusNanos(now - lastByteNanos);
        long wait = Math.min(quiet.toNanos(), endNanos - now);
        if (wait <= 0) timeIsOver();
        else {
            next = scheduler.schedule(this::check, wait, TimeUnit.NANOSECONDS);
            if (over.get()) cancel(); // T2 has finished, perhaps before it could see the task
        }
    }

    /** The last look: what came in time may not have been read yet. */
    private void timeIsOver() {
        late = true;
        // T1, we, take the interest and read. If T2 has it, it reads, and then sees "late".
        endPoint.getFillInterest().onFail(new TimeoutException("lingered"));
    }

    private void drain() {
        boolean came = false;
        RetainableByteBuffer buffer = pool.acquire(CHUNK, true);
        try {
            for (int i = 0; i < CHUNKS_AT_ONCE; i++) {
                ByteBuffer bytes = buffer.getByteBuffer();
                bytes.position(0).limit(0);
                int read = endPoint.fill(bytes);
                Consumer<ByteBuffer> told = read > 0 ? onFirstBytes.getAndSet(null) : null;
                if (told != null) told.accept(bytes);
                if (read < 0 || (left -= read) < 0) {
                    finish();
                    return;
                }
                if (read == 0) break;
                came = true;
                lastByteNanos = System.nanoTime();
            }
        } catch (IOException gone) {
            LOG.debug("client gone while lingering", gone);
            finish();
            return;
        } finally {
            buffer.release();
        }
        if (over.get()) return;
        if (late && (!came || System.nanoTime() - endNanos >= 0)) {
            finish();
            return;
        }
        if (late) { // but not the client: we have not looked for so long
            late = false;
            check();
        }
        listen();
        if (late) timeIsOver(); // T1 looked when nobody had the interest
    }

    /**
     * T1, we, have read and have no interest; T2, a connection above that does not know yet that it
     * is closed, may take our place.
     */
    private void listen() {
        while (!endPoint.tryFillInterested(new OnReadable())) endPoint.getFillInterest().onClose();
    }

    private final class OnReadable implements Callback {
        @Override
        public void succeeded() {
            drain();
        }

        @Override
        public void failed(Throwable failure) {
            if (late) drain();
            else finish();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
