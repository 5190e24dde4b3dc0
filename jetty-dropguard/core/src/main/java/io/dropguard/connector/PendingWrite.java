package io.dropguard.connector;

import io.dropguard.monitor.TrackedConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The one write that is under way on a connection, if any: tells when the socket does not take all
 * of it at once. Used again for every write. Thread-safe.
 */
final class PendingWrite implements Callback {
    private static final ByteBuffer[] NOTHING = {};

    private static final AtomicLongFieldUpdater<PendingWrite> TURN =
            AtomicLongFieldUpdater.newUpdater(PendingWrite.class, "turn");

    private final EndPoint endPoint;

    //  even ──begin()──▶ odd ──complete()──▶ the next even
    private volatile long turn;

    // Of the turn, and left behind by it. Most connections write for the same callback each time,
    // and a reference that is stored anew costs the garbage collector's barrier.
    private Callback waiting = NOOP;
    private long length; // of what is written, at first
    private long writer; // the thread that is handing bytes down, by its number

    private volatile ByteBuffer[] buffers = NOTHING; // once the socket has not taken all at once
    private volatile @Nullable TrackedConnection tracked; // before anything is written
    private volatile @Nullable ClientEnd clientEnd; // likewise

    private volatile @Nullable KeptInterest interest; // likewise

    private volatile boolean farewell;

    PendingWrite(EndPoint endPoint) {
        this.endPoint = endPoint;
    }

    void tell(TrackedConnection connection) {
        tracked = connection;
    }

    /** Is told of failures: TLS and HTTP/2 stand between the one that writes and the exchange. */
    void tell(ClientEnd end) {
        clientEnd = end;
    }

    /** Is told of writes that have to wait. */
    void tell(KeptInterest interests) {
        interest = interests;
    }

    /** What is written from now on tells the client why its connection is shut down. */
    void farewell() {
        farewell = true;
    }

    boolean isFarewell() {
        return farewell;
    }

    /**
     * As the endpoint's own.
     *
     * @throws IOException if these bytes cannot follow what a probe has sent
     */
    void write(Callback callback, ByteBuffer... bytes) throws IOException {
        long mine = begin(callback, bytes);
        if (mine == 0) {
            endPoint.write(callback, bytes); // which is refused: another one is under way
            return;
        }
        try {
            endPoint.write(this, bytes);
        } catch (RuntimeException refused) {
            TURN.compareAndSet(this, mine, mine + 1);
            throw refused;
        }
        handedDown(mine, bytes);
    }

    /** As {@link #write(Callback, ByteBuffer...)}. */
    void write(boolean last, ByteBuffer bytes, Callback callback) throws IOException {
        long mine = begin(callback, bytes);
        if (mine == 0) {
            endPoint.write(last, bytes, callback);
            return;
        }
        try {
            endPoint.write(last, bytes, this);
        } catch (RuntimeException refused) {
            TURN.compareAndSet(this, mine, mine + 1);
            throw refused;
        }
        handedDown(mine, bytes);
    }

    /** Changes with every write that begins or ends. */
    long turn() {
        return turn;
    }

    /** What the socket has taken of the write that is under way; roughly, from another thread. */
    long written() {
        ByteBuffer[] pending = buffers;
        return pending == NOTHING ? 0 : Math.max(0, length - remaining(pending));
    }

    /** The number of the write; 0 if another one is under way. */
    private long begin(Callback callback, ByteBuffer... bytes) throws IOException {
        long before = turn;
        if ((before & 1) != 0 || !TURN.compareAndSet(this, before, before + 1)) return 0;
        try {
            ClientEnd end = clientEnd;
            if (end != null) end.beginWrite(bytes);
        } catch (IOException broken) {
            TURN.compareAndSet(this, before + 1, before + 2);
            throw broken;
        }
        length = remaining(bytes);
        if (waiting != callback) waiting = callback;
        writer = Thread.currentThread().getId();
        return before + 1;
    }

    private void handedDown(long mine, ByteBuffer... bytes) {
        if (turn == mine) {
            writer = 0;
            KeptInterest interests = interest;
            if (interests != null) interests.awaitsWrite();
            isPending(mine, bytes);
        }
    }

    private void isPending(long mine, ByteBuffer... bytes) {
        TrackedConnection connection = tracked;
        if (connection == null) return;
        // T1, here, says that it is writing and looks again; T2 completes the write and says so.
        buffers = bytes;
        connection.writing();
        if (turn == mine) return;
        if (buffers == bytes) buffers = NOTHING;
        connection.written();
    }

    @Override
    public void succeeded() {
        Callback told = complete(length);
        if (told != null) told.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        ClientEnd end = clientEnd;
        // In clear text the one that writes is told of a failure, and tells the exchange.
        if (end != null && !end.isClearText()) end.writeFailed(failure);
        Callback told = complete(written());
        if (told != null) told.failed(failure);
    }

    /** Null if it was completed before. */
    private @Nullable Callback complete(long sent) {
        long now = turn;
        Callback told = waiting;
        if ((now & 1) == 0) return null;
        // Most writes end before they are handed down: then nobody else is told of it, and the turn
        // is released without a fence.
        if (writer == Thread.currentThread().getId()) TURN.lazySet(this, now + 1);
        else if (!TURN.compareAndSet(this, now, now + 1)) return null;
        if (buffers != NOTHING) buffers = NOTHING;
        TrackedConnection connection = tracked;
        if (connection != null) {
            connection.flushed(sent);
            connection.written();
        }
        return told;
    }

    @Override
    public InvocationType getInvocationType() {
        return (turn & 1) == 0 ? InvocationType.BLOCKING : waiting.getInvocationType();
    }

    static long remaining(ByteBuffer... buffers) {
        long sum = 0;
        for (ByteBuffer buffer : buffers) sum += buffer.remaining();
        return sum;
    }
}
