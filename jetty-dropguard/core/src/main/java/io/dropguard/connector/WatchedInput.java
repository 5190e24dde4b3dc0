package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends, read by its connection, or by the watch while the connection does not read.
 * Thread-safe.
 *
 * <p>Jetty asks its selector for reads only while somebody wants to read. We ask for them in the
 * meantime; what comes then are bytes, which a {@link ReadAhead} keeps, or the end.
 *
 * <p>Jetty's endpoint has room for one that is interested in reads. While that is us, the
 * connection leaves its interest here and is called when bytes come. It must not take the place
 * over: T1, the selector, may have seen that we do not block, and T2, the connection, would then be
 * called on the selector's thread.
 *
 * <p>This is the lock of who waits, and the read-ahead that of who reads; it is taken second, or
 * alone by a read. So a connection that has just been told to read never waits for its former
 * thread, which may still be on its way out of telling the selector.
 */
final class WatchedInput implements Callback {
    private final ClientWatch watch;
    private final AbstractEndPoint endPoint;
    private final SocketChannel channel;
    private final Executor executor;
    private final ClientEnd clientEnd;

    private final ReadAhead readAhead;
    private volatile boolean armed; // written under this: we are registered with the endpoint
    private @Nullable Callback waiting; // guarded by this: the connection's interest, while armed
    private volatile boolean closed; // no read may follow
    private boolean unreadEnd; // guarded by this: the client has ended, and that was not read yet

    WatchedInput(
            ClientWatch watch,
            AbstractEndPoint endPoint,
            SocketChannel channel,
            Executor executor,
            ClientEnd clientEnd,
            ByteBufferPool pool,
            int readAhead) {
        this.watch = watch;
        this.endPoint = endPoint;
        this.channel = channel;
        this.executor = executor;
        this.clientEnd = clientEnd;
        this.readAhead = new ReadAhead(pool, readAhead);
    }

    // ---- for the watch

    /** Reads what is there now. */
    synchronized void look() {
        if (!clientEnd.hasCome() && !closed && !readAhead.isFull()) read();
    }

    /** Reads what comes, unless the connection does. */
    synchronized void listen() {
        if (!clientEnd.hasCome()) arm();
    }

    /**
     * The client has ended its side, and bytes that nobody reads stand before that.
     *
     * @return whether that is news
     */
    synchronized boolean endBehindUnread() {
        // until it is full the end is found by reading
        if (closed || clientEnd.hasCome() || !readAhead.isFull()) return false;
        unreadEnd = true;
        clientEnd.came(Signal.FIN, null);
        return true;
    }

    /** Whether the client may still be sending, and can be told so: it has all we have to say. */
    synchronized boolean mayLinger() {
        return !closed
                && (unreadEnd || !clientEnd.hasCome())
                && !endPoint.getWriteFlusher().isPending()
                && !endPoint.isInputShutdown();
    }

    synchronized void close() {
        closed = true;
        clientEnd.close();
        readAhead.release();
    }

    // ---- for the connection

    /** Whether bytes of the client are here, now. */
    synchronized boolean hasBytes() {
        if (readAhead.isEmpty() && !closed && !clientEnd.hasCome()) read();
        return !readAhead.isEmpty();
    }

    /** Reads what has come, for the connection is on its way to it: whether that is all. */
    boolean readForConnection() {
        synchronized (readAhead) {
            if (closed || !readAhead.isEmpty()) return false;
            read();
            return !readAhead.isEmpty() && !readAhead.isFull();
        }
    }

    /** What was so read, and its connection has given up since; whether there is anything. */
    boolean tellUnread(Consumer<ByteBuffer> onBytes) {
        return readAhead.tell(onBytes);
    }

    int fill(ByteBuffer buffer) throws IOException {
        int filled;
        synchronized (readAhead) {
            filled = readAhead.isEmpty() ? 0 : readAhead.drainTo(buffer);
            if (filled == 0) filled = fillFromChannel(buffer);
        }
        // It notes that the input has ended, and may find the connection closed and tell who waits.
        return filled < 0 ? endPoint.fill(buffer) : filled;
    }

    /** False if somebody else waits already. */
    boolean tryFillInterested(Callback callback) {
        synchronized (this) {
            if (readAhead.isEmpty()) {
                if (!armed) return endPoint.tryFillInterested(callback);
                if (waiting != null) return false;
                waiting = callback;
                return true;
            }
        }
        execute(callback);
        return true;
    }

    boolean isFillInterested() {
        if (!armed && !endPoint.isFillInterested()) return false; // as it is after most requests
        synchronized (this) { // somebody is registered, and it may be us since just now
            return armed ? waiting != null : endPoint.isFillInterested();
        }
    }

    void execute(Callback callback) {
        try {
            executor.execute(callback::succeeded);
        } catch (RejectedExecutionException stopping) {
            callback.failed(stopping);
        }
    }

    // ---- reading

    // guarded by this
    private void arm() {
        if (!armed && !closed && !readAhead.isFull()) armed = endPoint.tryFillInterested(this);
    }

    private void read() {
        synchronized (readAhead) {
            if (clientEnd.hasCome()) return; // a read has met it meanwhile
            try {
                int read = readAhead.readFrom(channel);
                if (read > 0) endPoint.notIdle(); // as fill() does
                else if (read < 0) clientEnd.came(Signal.FIN, null);
            } catch (ClosedChannelException ours) {
                closed = true;
            } catch (IOException reset) {
                clientEnd.came(PeerUnreachableException.signalOf(reset), reset);
            }
        }
    }

    // guarded by the read-ahead; as the endpoint's fill() does, which makes -1 of a reset: that a
    // peer has vanished the kernel tells only once
    private int fillFromChannel(ByteBuffer buffer) {
        if (endPoint.isInputShutdown() || clientEnd.hasCome()) return -1;
        int position = BufferUtil.flipToFill(buffer);
        try {
            int filled = channel.read(buffer);
            if (filled < 0) clientEnd.came(Signal.FIN, null);
            else if (filled > 0) endPoint.notIdle();
            return filled;
        } catch (ClosedChannelException ours) {
            closed = true;
        } catch (IOException reset) {
            clientEnd.came(PeerUnreachableException.signalOf(reset), reset);
        } finally {
            BufferUtil.flipToFlush(buffer, position);
        }
        return -1;
    }

    // ---- for the selector

    /** Runs on the selector's thread, so it only peeks, and hands on. */
    @Override
    public void succeeded() {
        Callback reader;
        WatchedExchange current = clientEnd.exchange();
        synchronized (this) {
            reader = disarm();
            if (reader == null && current != null && !closed) {
                if (!clientEnd.cameByReset(current)) read();
                if (!clientEnd.hasCome()) arm();
            }
        }
        if (reader != null) execute(reader);
        else if (current != null) clientEnd.tell(current);
    }

    @Override
    public void failed(Throwable failure) {
        Callback reader;
        synchronized (this) {
            reader = disarm();
        }
        if (reader != null) reader.failed(failure);
        // T1 has found it idle, and T2 has begun a request before T1 came here
        else if (failure instanceof IdleClose.IdleTimeout) watch.visitLater();
        // Jetty leaves it to the one that is interested in reads to close an idle connection
        else if (failure instanceof TimeoutException) endPoint.close(failure);
    }

    // guarded by this
    private @Nullable Callback disarm() {
        armed = false;
        Callback reader = waiting;
        waiting = null;
        return reader;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
