package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
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
    private final HalfClose halfClose;
    private final Callback onReadable = new OnReadable();
    private final AtomicBoolean queued = new AtomicBoolean(); // in the timer's queue
    private volatile long dueNanos;

    private final ReadAhead readAhead; // guarded by this
    private boolean armed; // guarded by this: onReadable is registered with the endpoint
    private @Nullable Callback waiting; // guarded by this: the connection's interest, while armed
    private boolean closed; // guarded by this
    private volatile @Nullable Signal end; // FIN or RST, once read; written under this
    private @Nullable IOException endFailure; // guarded by this

    private volatile @Nullable WatchedExchange exchange;
    private volatile boolean clearText; // of the exchange: its bytes go out as they are
    private volatile boolean responding; // bytes of its answer were handed down
    private volatile @Nullable HalfCloseProbe probe; // written under this, or by begin
    private volatile @Nullable SharedConnection
            shared; // of HTTP/2, once it has; written under this

    ClientWatch(
            AbstractEndPoint endPoint,
            SocketChannel channel,
            Executor executor,
            ByteBufferPool pool,
            WatchTimer timer,
            WatchConfig config) {
        this.endPoint = endPoint;
        this.channel = channel;
        this.executor = executor;
        this.timer = timer;
        this.halfClose = config.halfClose();
        this.readAhead = new ReadAhead(pool, config.readAhead());
    }

    // ---- for the exchange

    /** The watch on the socket beneath an endpoint, or null if its connector is not guarded. */
    public static @Nullable ClientWatch beneath(EndPoint endPoint) {
        EndPoint each = endPoint;
        while (true) {
            if (each instanceof GuardedEndPoint guarded) return guarded.watch();
            if (!(each instanceof EndPoint.Wrapper wrapper)) return null;
            each = wrapper.unwrap();
        }
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
        this.clearText = clearText;
        responding = false;
        if (probe != null) probe = null;
        exchange = begun;
        if (end == null) timer.visitLater(this);
        else onEnd(begun); // one more request of a client that has left, or waits half-closed
    }

    /** The answer was handed down, or the exchange is over: what the client does now is no loss. */
    public void end(WatchedExchange ended) {
        if (exchange == ended) exchange = null;
    }

    /** The connection computes {@code begun} from now on, perhaps beside others. */
    public void join(WatchedExchange begun) {
        SharedConnection all = shared();
        all.add(begun);
        timer.visitLater(this);
        // T1 adds, then looks at the end; T2 sets the end, then tells all that were added.
        if (end != null) onEnd(all);
    }

    /** As {@link #end}, for one that has joined. */
    public void leave(WatchedExchange ended) {
        SharedConnection all = shared;
        if (all != null) all.remove(ended);
    }

    private SharedConnection shared() {
        SharedConnection existing = shared;
        if (existing != null) return existing;
        synchronized (this) {
            SharedConnection created = shared;
            if (created == null) {
                shared = created = new SharedConnection();
                exchange = created;
            }
            return created;
        }
    }

    /**
     * A read of the request has met its end. The wire need not have shown one: a TLS client says so
     * with a close_notify, which may come before its FIN, or without.
     */
    public void brokeOff(WatchedExchange read) {
        if (halfClose == HalfClose.IGNORE || !channel.isOpen()) return; // closed: by us
        Signal signal = end;
        if (exchange == read) tell(read, signal == null ? Signal.FIN : signal);
    }

    /** How the client's side of the connection ended, if that was read already. */
    public @Nullable Signal signal() {
        return end;
    }

    /**
     * Looks at the wire now, without waiting for it, and tells the exchange if its client is gone.
     *
     * @return false if that cannot be told yet: the client has sent a FIN, and a probe is under way
     */
    public boolean look() {
        WatchedExchange current = exchange;
        if (current == null) return true;
        synchronized (this) {
            if (end == null && !closed && !readAhead.isFull()) read();
        }
        if (end == null) return true;
        onEnd(current);
        return probe == null || responding;
    }

    /** Closes the connection with RST: an orderly end would pass for the end of the message. */
    public void reset() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException | UnsupportedOperationException notReset) {
            LOG.debug("cannot be reset, and is closed: {}", endPoint, notReset);
        }
        endPoint.close();
    }

    // ---- for the timer

    boolean enqueue(long due) {
        if (queued.get() || !queued.compareAndSet(false, true)) return false;
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
        WatchedExchange current = exchange;
        if (current == null || (current == shared && shared().isEmpty())) return;
        if (now - current.beginNanos() < timer.delayNanos()) {
            timer.visitLater(this); // a younger one, on the same connection
            return;
        }
        synchronized (this) {
            if (end == null) arm();
        }
        if (end != null) onEnd(current);
    }

    // ---- for the endpoint

    int fill(ByteBuffer buffer) throws IOException {
        int filled;
        synchronized (this) {
            filled = readAhead.drainTo(buffer);
            if (filled == 0) filled = endPoint.fill(buffer);
            if (filled < 0 && end == null) distinguishEnd();
        }
        WatchedExchange current = exchange;
        if (current != null) {
            if (filled > 0) timer.visitLater(this); // the connection has read, and may stop reading
            else if (filled < 0) onEndOfRequest(current);
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

    /**
     * Called before bytes are handed down to the socket.
     *
     * @throws IOException if what a probe has sent cannot be continued with these bytes
     */
    void beforeWrite(ByteBuffer... buffers) throws IOException {
        // T1 writes the answer: sets responding, then looks for a probe. T2 probes: sets the probe,
        // then looks whether a response has begun. Both are volatile, so at least one sees the
        // other.
        responding = true;
        HalfCloseProbe sent = probe;
        if (sent != null) {
            synchronized (this) {
                sent.strip(buffers);
            }
        }
    }

    /** The bytes were an interim response: the final one has yet to begin. */
    void interimWritten() {
        responding = false;
    }

    /** Whether an interim response may be next: in clear text, and the final one has not begun. */
    boolean mayBeInterim() {
        return clearText && !responding;
    }

    /**
     * Whether its last answer is given and its client has not ended: so it may still be sending.
     */
    synchronized boolean mayLinger() {
        WatchedExchange current = exchange;
        return !closed
                && end == null
                && (current == null || (current == shared && shared().isEmpty()))
                && !endPoint.getWriteFlusher().isPending()
                && !endPoint.isInputShutdown();
    }

    synchronized void close() {
        closed = true;
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
            else if (read < 0) end = Signal.FIN;
        } catch (ClosedChannelException ours) {
            closed = true;
        } catch (IOException reset) {
            endFailure = reset;
            end = Signal.RST;
        }
    }

    // guarded by this; Jetty's fill() makes -1 of a reset, and the channel throws it again
    private void distinguishEnd() {
        if (!channel.isOpen()) return; // we closed it
        end = Signal.FIN;
        try {
            channel.read(ByteBuffer.allocate(1));
        } catch (ClosedChannelException ours) {
            end = null;
        } catch (IOException reset) {
            endFailure = reset;
            end = Signal.RST;
        }
    }

    private void execute(Callback callback) {
        try {
            executor.execute(callback::succeeded);
        } catch (RejectedExecutionException stopping) {
            callback.failed(stopping);
        }
    }

    // ---- deciding

    /**
     * The client ended its side in the midst of its request, so it can no longer want an answer.
     */
    private void onEndOfRequest(WatchedExchange current) {
        Signal signal = end;
        if (signal == null || (signal == Signal.FIN && halfClose == HalfClose.IGNORE)) return;
        tell(current, signal);
    }

    private void onEnd(WatchedExchange current) {
        Signal signal = end;
        if (signal == null) return;
        if (signal == Signal.RST || halfClose == HalfClose.LOSS) tell(current, signal);
        else if (halfClose == HalfClose.PROBE)
            if (clearText) probe(current);
            else tell(current, signal);
    }

    private void probe(WatchedExchange current) {
        while (true) {
            int delay;
            HalfCloseProbe.Finding finding;
            synchronized (this) {
                if (exchange != current || closed) return;
                HalfCloseProbe asking = probe;
                if (asking == null) probe = asking = new HalfCloseProbe(endPoint);
                if (responding) return; // looked at after the probe was set: see beforeWrite
                finding = asking.ask();
                delay = finding == HalfCloseProbe.Finding.QUIET ? asking.nextDelayMillis() : -1;
            }
            if (finding == HalfCloseProbe.Finding.GONE) tell(current, Signal.FIN);
            if (delay > 0) timer.schedule(() -> probe(current), delay);
            if (delay != 0) return;
        }
    }

    private void tell(WatchedExchange current, Signal signal) {
        IOException failure;
        synchronized (this) {
            failure = endFailure;
        }
        if (exchange == current) current.clientLost(signal, failure);
    }

    /** Runs on the selector's thread, so it only peeks, and hands on. */
    private final class OnReadable implements Callback {
        @Override
        public void succeeded() {
            Callback reader;
            WatchedExchange current = exchange;
            synchronized (ClientWatch.this) {
                armed = false;
                reader = waiting;
                waiting = null;
                if (reader == null && current != null && !closed) {
                    read();
                    if (end == null) arm();
                }
            }
            if (reader != null) execute(reader);
            else if (current != null) onEnd(current);
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
            // Jetty leaves it to the one that is interested in reads to close an idle connection
            else if (failure instanceof TimeoutException) endPoint.close(failure);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
