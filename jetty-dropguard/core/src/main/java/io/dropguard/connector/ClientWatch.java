package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.PeerCondition;
import io.dropguard.monitor.TrackedConnection;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices on one connection that the client has left while its request is computed. Thread-safe.
 *
 * <p>Jetty asks its selector for reads only while somebody wants to read. The watch asks for them
 * in the meantime; what comes then are bytes, which a {@link ReadAhead} keeps, or the end.
 *
 * <p>Jetty's endpoint has room for one that is interested in reads. While that is the watch, the
 * connection leaves its interest here and is called when bytes come. It must not take the place
 * over: T1, the selector, may have seen that the watch does not block, and T2, the connection,
 * would then be called on the selector's thread.
 */
public final class ClientWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ClientWatch.class);

    private final AbstractEndPoint endPoint;
    private final SocketChannel channel;
    private final Executor executor;
    private final WatchTimer timer;
    private final ClientEnd clientEnd;
    private final TrackedConnection tracked;
    private final Callback onReadable = new OnReadable();
    private volatile @Nullable ConnectionLife life; // set before the first request
    private final AtomicBoolean queued = new AtomicBoolean(); // in the timer's queue
    private volatile long dueNanos;

    private final ReadAhead readAhead; // guarded by this
    private boolean armed; // guarded by this: onReadable is registered with the endpoint
    private @Nullable Callback waiting; // guarded by this: the connection's interest, while armed
    private boolean closed; // guarded by this
    private boolean unreadEnd; // guarded by this: the client has ended, and that was not read yet
    private volatile @Nullable PeerPing ping; // of HTTP/2
    private volatile @Nullable SharedConnection shared; // of HTTP/2; written under this

    ClientWatch(
            AbstractEndPoint endPoint,
            SocketChannel channel,
            Executor executor,
            ByteBufferPool pool,
            WatchTimer timer,
            HangUps hangUps,
            TrackedConnection tracked,
            WatchConfig config) {
        this.tracked = tracked;
        this.endPoint = endPoint;
        this.channel = channel;
        this.executor = executor;
        this.timer = timer;
        this.clientEnd = new ClientEnd(endPoint, config.halfClose(), timer, hangUps);
        this.readAhead = new ReadAhead(pool, config.readAhead());
    }

    // ---- for the exchange

    /** The watch on the socket beneath an endpoint, or null if its connector is not guarded. */
    public static @Nullable ClientWatch beneath(EndPoint endPoint) {
        GuardedEndPoint guarded = GuardedEndPoint.beneath(endPoint);
        return guarded == null ? null : guarded.watch();
    }

    /** What is noted of the connection, for its monitor. */
    public TrackedConnection tracked() {
        return tracked;
    }

    /** Whether an endpoint's bytes reach the socket as they are, even if a proxy took off TLS. */
    public static boolean isClearText(EndPoint endPoint) {
        EndPoint each = endPoint;
        while (each instanceof EndPoint.Wrapper wrapper) {
            if (each instanceof SslConnection.SslEndPoint) return false;
            each = wrapper.unwrap();
        }
        return true;
    }

    /**
     * The connection computes {@code begun} from now on.
     *
     * @param clearText whether the answer's bytes go out as they are, so that a half-close can be
     *     probed
     */
    public void begin(WatchedExchange begun, boolean clearText) {
        clientEnd.begin(begun, clearText);
        if (clientEnd.hasCome())
            clientEnd.tell(begun); // one more request of a client that has left
        else timer.visitLater(this);
    }

    /** The answer was handed down, or the exchange is over: what the client does now is no loss. */
    public void end(WatchedExchange ended) {
        clientEnd.end(ended);
    }

    /** The connection computes {@code begun} from now on, perhaps beside others. */
    public void join(WatchedExchange begun) {
        SharedConnection all = shared();
        all.add(begun);
        timer.visitLater(this);
        // T1 adds, then looks at the end; T2 sets the end, then tells all that were added.
        if (clientEnd.hasCome()) clientEnd.tell(all);
    }

    /** As {@link #end}, for one that has joined. */
    public void leave(WatchedExchange ended) {
        SharedConnection all = shared;
        if (all == null) return;
        all.remove(ended);
        ConnectionLife idle = life;
        if (idle != null && all.isEmpty()) idle.idle();
    }

    private SharedConnection shared() {
        SharedConnection existing = shared;
        if (existing != null) return existing;
        synchronized (this) {
            SharedConnection created = shared;
            if (created == null) {
                shared = created = new SharedConnection();
                clientEnd.begin(created, false);
            }
            return created;
        }
    }

    /** A read of the request has met its end, though the wire need not have shown one. */
    public void brokeOff(WatchedExchange read) {
        if (channel.isOpen()) clientEnd.brokeOff(read); // closed: by us
    }

    /** How long the connection may be used. */
    public @Nullable ConnectionLife life() {
        return life;
    }

    /** How the client's side of the connection ended, if that was read already. */
    public @Nullable Signal signal() {
        return clientEnd.signal();
    }

    /**
     * Looks at the wire now, without waiting for it, and tells the exchange if its client is gone.
     *
     * @return false if that cannot be told yet: the client has sent a FIN, and a probe is under way
     */
    public boolean look() {
        WatchedExchange current = clientEnd.exchange();
        if (current == null) return true;
        synchronized (this) {
            if (!clientEnd.hasCome() && !closed && !readAhead.isFull()) read();
        }
        if (!clientEnd.hasCome()) return true;
        clientEnd.tell(current);
        return clientEnd.isSure();
    }

    /** How the client's end of the connection fares; known while the kernel is asked. */
    public PeerCondition peer() {
        return tracked.peer();
    }

    /** Closes the connection with RST: an orderly end would pass for the end of the message. */
    public void reset() {
        reset(null);
    }

    private void reset(@Nullable Throwable cause) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException | UnsupportedOperationException notReset) {
            LOG.debug("cannot be reset, and is closed: {}", endPoint, notReset);
        }
        endPoint.close(cause);
    }

    // ---- for those who look from elsewhere

    void setPing(PeerPing value) {
        ping = value;
    }

    @Nullable PeerPing ping() {
        return ping;
    }

    /** Whether somebody there waits for an answer. */
    boolean isComputing() {
        WatchedExchange current = clientEnd.exchange();
        return current != null && !isIdle(current);
    }

    /** Whether a request has been computed for so long, or the client is slow to take an answer. */
    boolean isWaiting(long atLeastNanos) {
        WatchedExchange current = clientEnd.exchange();
        return endPoint.getWriteFlusher().isPending()
                || (current != null
                        && !isIdle(current)
                        && timer.nanoTime() - current.beginNanos() >= atLeastNanos);
    }

    boolean isClosed() {
        return !endPoint.isOpen();
    }

    /** Whether that is news. */
    boolean setPeer(PeerCondition condition) {
        return tracked.setPeer(condition);
    }

    /** The client has ended its side, and bytes that nobody reads stand before that. */
    void endBehindUnread() {
        WatchedExchange current = clientEnd.exchange();
        synchronized (this) {
            // until it is full the end is found by reading
            if (current == null || closed || clientEnd.hasCome() || !readAhead.isFull()) return;
            unreadEnd = true;
            clientEnd.came(Signal.FIN, null);
        }
        clientEnd.tell(current);
    }

    /** Nobody answers there: the exchange is lost, and the connection is closed. */
    void vanished(PeerUnreachableException how) {
        WatchedExchange current = clientEnd.exchange();
        clientEnd.came(Signal.UNREACHABLE, how);
        if (current != null) clientEnd.tell(current);
        reset(how); // for the kernel of a client that comes back
    }

    // ---- for the timer

    /** About now: who waits to be visited was so announced, or will be, within the delay. */
    long recentNanos(Ticker ticker) {
        return queued.get() ? timer.recentNanos(ticker) : ticker.nanoTime();
    }

    boolean isQueued() {
        return queued.get();
    }

    boolean enqueue(long due) {
        if (!queued.compareAndSet(false, true)) return false;
        dueNanos = due;
        return true;
    }

    void dequeue() {
        queued.set(false);
    }

    long dueNanos() {
        return dueNanos;
    }

    /** The delay is over: watches the exchange, if it is old enough and nobody reads. */
    void visit(long now) {
        WatchedExchange current = clientEnd.exchange();
        if (current == null || isIdle(current)) return;
        if (now - current.beginNanos() < timer.delayNanos()) {
            timer.visitLater(this); // a younger one, on the same connection
            return;
        }
        synchronized (this) {
            if (!clientEnd.hasCome()) arm();
        }
        if (clientEnd.hasCome()) clientEnd.tell(current);
    }

    /** Whether no request is computed. */
    boolean isIdle() {
        WatchedExchange current = clientEnd.exchange();
        return current == null || isIdle(current);
    }

    private boolean isIdle(WatchedExchange current) {
        SharedConnection all = shared;
        return current == all && all.isEmpty();
    }

    // ---- for the endpoint

    void life(ConnectionLife value) {
        life = value;
    }

    /** Whether bytes of the client are here, now. */
    synchronized boolean hasBytes() {
        if (readAhead.isEmpty() && !closed && !clientEnd.hasCome()) read();
        return !readAhead.isEmpty();
    }

    /** The server does not wait any longer for what is computed. */
    void serverStopping() {
        WatchedExchange current = clientEnd.exchange();
        if (current != null) current.serverStopping();
    }

    int fill(ByteBuffer buffer) throws IOException {
        int filled;
        synchronized (this) {
            filled = readAhead.drainTo(buffer);
            if (filled == 0) filled = fillFromChannel(buffer);
        }
        PeerPing asking = ping;
        if (asking != null && filled > 0) asking.heard();
        WatchedExchange current = clientEnd.exchange();
        if (current != null) {
            if (filled > 0) timer.visitLater(this); // the connection has read, and may stop reading
            else if (filled < 0 && clientEnd.hasCome()) clientEnd.brokeOff(current);
        }
        return filled;
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

    synchronized boolean isFillInterested() {
        return armed ? waiting != null : endPoint.isFillInterested();
    }

    ClientEnd clientEnd() {
        return clientEnd;
    }

    /**
     * Whether its last answer is given and its client has not ended: so it may still be sending.
     */
    synchronized boolean mayLinger() {
        return !closed
                && (unreadEnd || !clientEnd.hasCome())
                && isIdle()
                && !endPoint.getWriteFlusher().isPending()
                && !endPoint.isInputShutdown();
    }

    synchronized void close() {
        closed = true;
        clientEnd.close();
        readAhead.release();
    }

    // ---- reading

    // guarded by this
    private void arm() {
        if (!armed && !closed && !readAhead.isFull())
            armed = endPoint.tryFillInterested(onReadable);
    }

    // guarded by this
    private void read() {
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

    // guarded by this; as the endpoint's fill() does, which makes -1 of a reset: a vanished peer
    // the kernel tells only once
    private int fillFromChannel(ByteBuffer buffer) throws IOException {
        if (endPoint.isInputShutdown() || clientEnd.hasCome()) return endPoint.fill(buffer);
        int position = BufferUtil.flipToFill(buffer);
        int filled = -1;
        try {
            filled = channel.read(buffer);
            if (filled < 0) clientEnd.came(Signal.FIN, null);
            else if (filled > 0) endPoint.notIdle();
        } catch (ClosedChannelException ours) {
            closed = true;
        } catch (IOException reset) {
            clientEnd.came(PeerUnreachableException.signalOf(reset), reset);
        } finally {
            BufferUtil.flipToFlush(buffer, position);
        }
        return filled < 0 ? endPoint.fill(buffer) : filled; // it notes that the input has ended
    }

    void execute(Callback callback) {
        try {
            executor.execute(callback::succeeded);
        } catch (RejectedExecutionException stopping) {
            callback.failed(stopping);
        }
    }

    /** Runs on the selector's thread, so it only peeks, and hands on. */
    private final class OnReadable implements Callback {
        @Override
        public void succeeded() {
            Callback reader;
            WatchedExchange current = clientEnd.exchange();
            synchronized (ClientWatch.this) {
                armed = false;
                reader = waiting;
                waiting = null;
                if (reader == null && current != null && !closed) {
                    read();
                    if (!clientEnd.hasCome()) arm();
                }
            }
            if (reader != null) execute(reader);
            else if (current != null) clientEnd.tell(current);
        }

        @Override
        public void failed(Throwable failure) {
            Callback reader;
            synchronized (ClientWatch.this) {
                armed = false;
                reader = waiting;
                waiting = null;
            }
            if (reader != null) reader.failed(failure);
            // T1 has found it idle, and T2 has begun a request before T1 came here
            else if (failure instanceof IdleClose.IdleTimeout) timer.visitLater(ClientWatch.this);
            // Jetty leaves it to the one that is interested in reads to close an idle connection
            else if (failure instanceof TimeoutException) endPoint.close(failure);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
