package io.dropguard.log;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A part of an answer that is being written, and how that ended. Thread-safe.
 *
 * <p>Over HTTP/2 a client may read the end of its answer and leave while T1, which writes it, has
 * not come back from the system call. T2, which hears of the leaving, then has Jetty cancel the
 * write, fail the stream and close the connection, so that T1's write is told as failed although it
 * was done. T2 cannot know how T1 fared, so T1 decides; and if T2 ends the stream before T1 has
 * told, the record waits for T1. One compare-and-set says which was first.
 */
final class Sent extends Callback.Nested {
    //  UNTOLD ──T1 tells──▶ TOLD                          T2 records
    //  UNTOLD ──T2 ends──▶ AWAITED ──T1 tells──▶ TOLD     T1 records, or the time limit for it
    private static final int UNTOLD = 0;
    private static final int AWAITED = 1;
    private static final int TOLD = 2;

    private static final AtomicIntegerFieldUpdater<Sent> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Sent.class, "state");

    private final LoggedExchange exchange;
    private final @Nullable ByteBuffer content;
    private final int length; // of what goes on the wire
    private final boolean last;
    private volatile int state = UNTOLD;
    private volatile @Nullable Cancel cancel; // of the write, by T2

    Sent(Callback callback, LoggedExchange exchange, @Nullable ByteBuffer content, boolean last) {
        super(callback);
        this.exchange = exchange;
        this.content = content;
        this.length = exchange.isHead() ? 0 : BufferUtil.length(content);
        this.last = last;
    }

    @Override
    public void succeeded() {
        exchange.sent(length, last);
        told();
        super.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        if (isWritten(failure)) exchange.sent(length, last);
        else exchange.writeFailed(failure);
        told();
        super.failed(failure);
    }

    private void told() {
        if (STATE.getAndSet(this, TOLD) == AWAITED) exchange.ended(causeOfCancel());
    }

    /** Jetty cancels it, and calls this back when nobody writes it any more. */
    Callback cancelling(Throwable cause, Callback callback) {
        Cancel begun = new Cancel(callback, cause, exchange.guard().isStalled());
        cancel = begun;
        return begun;
    }

    /** Whether the record has to wait for it, now that the stream has failed. */
    boolean isAwaited() {
        if (state != UNTOLD || !last || cancel == null || !exchange.isMultiplexed()) return false;
        if (!STATE.compareAndSet(this, UNTOLD, AWAITED)) return false;
        exchange.endsLater(this::expired);
        return true;
    }

    /** Nobody has told in time. */
    private void expired() {
        if (!STATE.compareAndSet(this, AWAITED, TOLD)) return;
        Cancel begun = cancel;
        if (begun != null && begun.taken) exchange.sent(length, last);
        exchange.ended(causeOfCancel());
    }

    private @Nullable Throwable causeOfCancel() {
        Cancel begun = cancel;
        return begun == null ? null : begun.cause;
    }

    /**
     * Whether it was written to its end though it is told as failed: if nothing is wrong but that
     * the connection was closed under the write. What was never begun fails with what has failed
     * its stream, what the socket refuses brings its exception along, and what waits does so
     * because the socket is full.
     */
    private boolean isWritten(Throwable failure) {
        if (!last || !exchange.isMultiplexed()) return false;
        if (!(failure instanceof ClosedChannelException)) return false;
        if (failure.getSuppressed().length > 0) return false;
        Cancel begun = cancel;
        if (begun == null) return isTaken();
        if (begun.stalled || isCause(failure, begun.cause)) return false;
        return length == 0 || (begun.over ? begun.taken : isTaken());
    }

    /** Whether the connection has the content; of the mere end of an answer no buffer tells. */
    private boolean isTaken() {
        return length > 0 && BufferUtil.isEmpty(content);
    }

    private static boolean isCause(Throwable failure, Throwable of) {
        for (Throwable next = of; next != null; next = next.getCause())
            if (next == failure) return true;
        return false;
    }

    /** What Jetty calls when the write is over: then the content may be used for something else. */
    private final class Cancel extends Callback.Nested {
        private final Throwable cause;
        private final boolean stalled; // when it was cancelled
        private volatile boolean over;
        private volatile boolean taken; // all of the content, by the connection; if over

        Cancel(Callback callback, Throwable cause, boolean stalled) {
            super(callback);
            this.cause = cause;
            this.stalled = stalled;
        }

        @Override
        public void succeeded() {
            end();
            super.succeeded();
        }

        @Override
        public void failed(Throwable failure) {
            end();
            super.failed(failure);
        }

        private void end() {
            taken = isTaken();
            over = true;
        }
    }
}
