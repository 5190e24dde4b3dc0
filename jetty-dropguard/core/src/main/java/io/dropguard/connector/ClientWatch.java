package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.MonitoredExchange;
import io.dropguard.monitor.PeerCondition;
import io.dropguard.monitor.TrackedConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/**
 * Notices on one connection that the client has left while its request is computed. Thread-safe.
 *
 * <p>What is read is the part of {@link WatchedInput}, what its end means that of {@link
 * ClientEnd}; here is when to look, and for whom.
 */
public final class ClientWatch {
    private final AbstractEndPoint endPoint;
    private final SocketChannel channel;
    private final WatchTimer timer;
    private final ClientEnd clientEnd;
    private final WatchedInput input;
    private final TrackedConnection tracked;
    private volatile @Nullable ConnectionLife life; // set before the first request
    private final AtomicBoolean queued = new AtomicBoolean(); // in the timer's queue
    private volatile long dueNanos;

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
            PendingWrite write,
            WatchConfig config) {
        this.tracked = tracked;
        this.endPoint = endPoint;
        this.channel = channel;
        this.timer = timer;
        this.clientEnd =
                new ClientEnd(endPoint, channel, write, config.halfClose(), timer, hangUps);
        this.input =
                new WatchedInput(
                        this, endPoint, channel, executor, clientEnd, pool, config.readAhead());
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

    /**
     * The connection computes {@code begun} from now on.
     *
     * @param above that its connection uses
     * @param version of HTTP
     * @return false if it is being shut down, so that nobody is to answer it
     */
    public <E extends WatchedExchange & MonitoredExchange> boolean begin(
            E begun, EndPoint above, String version) {
        // in clear text the answer's bytes go out as they are, so that a half-close can be probed
        clientEnd.begin(begun, ClearText.isSpokenOn(above));
        boolean served = tracked.begin(begun, version);
        // T1, we, set the exchange, pass the fence of the phase, and look at the end; T2 sets the
        // end, then looks for an exchange.
        if (clientEnd.hasCome())
            clientEnd.tell(begun); // one more request of a client that has left
        else timer.visitLater(this);
        return served;
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
        input.look();
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
        SocketReset.reset(endPoint, channel, null);
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
        return !isIdle();
    }

    /** Whether a request has been computed for so long, or the client is slow to take an answer. */
    boolean isWaiting(long atLeastNanos) {
        WatchedExchange current = clientEnd.exchange();
        return endPoint.getWriteFlusher().isPending()
                || (current != null
                        && !isIdle()
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
        if (current != null && input.endBehindUnread()) clientEnd.tell(current);
    }

    /** Nobody answers there: the exchange is lost, and the connection is closed. */
    void vanished(PeerUnreachableException how) {
        WatchedExchange current = clientEnd.exchange();
        clientEnd.came(Signal.UNREACHABLE, how);
        if (current != null) clientEnd.tell(current);
        SocketReset.reset(endPoint, channel, how); // for the kernel of a client that comes back
    }

    // ---- for the timer

    /** About now: who waits to be visited was so announced, or will be, within the delay. */
    long recentNanos(Ticker ticker) {
        return queued.get() ? timer.recentNanos(ticker) : ticker.nanoTime();
    }

    /** Has it visited after the delay. */
    void visitLater() {
        timer.visitLater(this);
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
        if (current == null || isIdle()) return;
        if (now - current.beginNanos() < timer.delayNanos()) {
            visitLater(); // a younger one, on the same connection
            return;
        }
        input.listen();
        if (clientEnd.hasCome()) clientEnd.tell(current);
    }

    /** Whether no request is computed. */
    boolean isIdle() {
        WatchedExchange current = clientEnd.exchange();
        if (current == null) return true;
        SharedConnection all = shared;
        return current == all && all.isEmpty();
    }

    // ---- for the endpoint

    void life(ConnectionLife value) {
        life = value;
    }

    /** The server does not wait any longer for what is computed. */
    void serverStopping() {
        WatchedExchange current = clientEnd.exchange();
        if (current != null) current.serverStopping();
    }

    int fill(ByteBuffer buffer) throws IOException {
        int filled = input.fill(buffer);
        PeerPing asking = ping;
        if (asking != null && filled > 0) asking.heard();
        WatchedExchange current = clientEnd.exchange();
        if (current != null) {
            if (filled > 0) timer.visitLater(this); // the connection has read, and may stop reading
            else if (filled < 0 && clientEnd.hasCome()) clientEnd.brokeOff(current);
        }
        return filled;
    }

    /**
     * Reads what has come for a connection that waits for its next request: whether that is all.
     */
    boolean readForConnection() {
        return clientEnd.exchange() == null && input.readForConnection();
    }

    WatchedInput input() {
        return input;
    }

    ClientEnd clientEnd() {
        return clientEnd;
    }

    /**
     * Whether its last answer is given and its client has not ended: so it may still be sending.
     */
    boolean mayLinger() {
        return isIdle() && input.mayLinger();
    }

    void close() {
        input.close();
    }
}
