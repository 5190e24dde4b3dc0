package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.TrackedConnection;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadPendingException;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Jetty's endpoint with a {@link ClientWatch} on it. Thread-safe as the wrapped one is.
 *
 * <p>Every method is delegated, those with a default in the interface too: the wrapped endpoint
 * overrides them.
 */
final class GuardedEndPoint
        implements EndPoint, EndPoint.Wrapper, Connection.Listener, SslHandshakeListener {
    private final AbstractEndPoint endPoint;
    private final ClientWatch watch;
    private final Lingering lingering;
    private final ConnectorLife connector;
    private final ConnectionLife life;
    private final IdleClose idle;
    private final PendingWrite pendingWrite;
    private final TrackedConnection tracked;
    private final @Nullable KeptInterest interest;
    private volatile boolean lingers; // written under this: closed, for those above

    GuardedEndPoint(
            AbstractEndPoint endPoint,
            ClientWatch watch,
            Lingering lingering,
            ConnectorLife connector,
            PendingWrite pendingWrite,
            TrackedConnection tracked,
            @Nullable KeptInterest interest) {
        this.endPoint = endPoint;
        this.watch = watch;
        this.lingering = lingering;
        this.connector = connector;
        this.pendingWrite = pendingWrite;
        this.tracked = tracked;
        this.interest = interest;
        this.idle = new IdleClose(this, endPoint, watch, connector);
        setIdleTimeout(endPoint.getIdleTimeout()); // with slack
        this.life = new ConnectionLife(connector, this, Ticker.system());
        watch.life(life);
    }

    /** The one beneath an endpoint, or null if its connector is not guarded. */
    static @Nullable GuardedEndPoint beneath(EndPoint endPoint) {
        EndPoint each = endPoint;
        while (true) {
            if (each instanceof GuardedEndPoint guarded) return guarded;
            if (!(each instanceof EndPoint.Wrapper wrapper)) return null;
            each = wrapper.unwrap();
        }
    }

    ClientWatch watch() {
        return watch;
    }

    @Override
    public EndPoint unwrap() {
        return endPoint;
    }

    // ---- reads

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (lingers) return -1;
        int filled = watch.fill(buffer);
        if (filled > 0) {
            tracked.filled(filled);
            if (interest != null) interest.bytesCame();
        }
        return filled;
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer buffer) throws IOException {
        int filled = fill(buffer);
        if (filled < 0) return EndPoint.EOF;
        return filled == 0 ? null : getRemoteSocketAddress();
    }

    @Override
    public void fillInterested(Callback callback) throws ReadPendingException {
        if (!tryFillInterested(callback)) throw new ReadPendingException();
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
        if (lingers) { // what still comes is not for those above
            callback.failed(new ClosedChannelException());
            return true;
        }
        tracked.awaitsBytes();
        return idle.tryFillInterested(callback);
    }

    @Override
    public boolean isFillInterested() {
        return !lingers && watch.input().isFillInterested();
    }

    // ---- writes

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        beforeWrite(buffers);
        watch.clientEnd().beginFlush(buffers);
        long before = PendingWrite.remaining(buffers);
        try {
            return endPoint.flush(buffers);
        } catch (IOException failed) {
            watch.clientEnd().writeFailed(failed);
            throw failed;
        } finally {
            tracked.flushed(before - PendingWrite.remaining(buffers));
        }
    }

    @Override
    public boolean send(SocketAddress address, ByteBuffer... buffers) throws IOException {
        beforeWrite(buffers);
        watch.clientEnd().beginFlush(buffers);
        return endPoint.send(address, buffers);
    }

    @Override
    public void write(Callback callback, ByteBuffer... buffers) {
        Callback notified = InterimWrite.of(watch.clientEnd(), callback, buffers);
        try {
            beforeWrite(buffers);
            pendingWrite.write(notified, buffers);
        } catch (IOException broken) {
            close(broken);
            callback.failed(broken);
        }
    }

    @Override
    public void write(Callback callback, SocketAddress address, ByteBuffer... buffers) {
        write(callback, buffers);
    }

    @Override
    public void write(boolean last, ByteBuffer buffer, Callback callback) {
        try {
            beforeWrite(buffer);
            pendingWrite.write(last, buffer, callback);
        } catch (IOException broken) {
            close(broken);
            callback.failed(broken);
        }
    }

    private void beforeWrite(ByteBuffer... buffers) throws IOException {
        if (tracked.isEnded() && !pendingWrite.isFarewell())
            throw new EofException(tracked.reason().describe());
        PeerPing ping = watch.ping();
        if (ping != null) ping.wrote(Math.toIntExact(PendingWrite.remaining(buffers)));
    }

    @Override
    public Callback cancelWrite(Throwable cause) {
        return endPoint.cancelWrite(cause);
    }

    // ---- life

    @Override
    public boolean isOpen() {
        return !lingers && endPoint.isOpen();
    }

    @Override
    public void shutdownOutput() {
        if (!idle.isPromised()) endPoint.shutdownOutput();
    }

    @Override
    public boolean isOutputShutdown() {
        return endPoint.isOutputShutdown();
    }

    @Override
    public boolean isInputShutdown() {
        return lingers || endPoint.isInputShutdown();
    }

    @Override
    public void close() {
        close(null);
    }

    @Override
    public void close(@Nullable Throwable cause) {
        if (linger()) return;
        endPoint.close(cause);
        closed();
    }

    /** Whether the close is left to a {@link LingeringClose}, now or before. */
    private boolean linger() {
        if (!lingering.isOn()) return false;
        synchronized (this) {
            if (!lingers) {
                if (tracked.isEnded() || !watch.mayLinger()) return false;
                closeWatch();
                tracked.lingering();
                lingers = true; // first: those above hear of it, and may close once more
                lingering.begin(endPoint);
            }
            return true;
        }
    }

    /** Whether the idle connection, already shut down, is left to a {@link LingeringClose}. */
    boolean lingerIdle(Consumer<ByteBuffer> onBytes) {
        if (!lingering.listensToIdle()) return false;
        synchronized (this) {
            if (!lingers) {
                if (tracked.isEnded() || !watch.mayLinger()) return false;
                boolean told = watch.input().tellUnread(onBytes);
                closeWatch();
                tracked.lingering();
                lingers = true;
                lingering.beginIdle(endPoint, told ? more -> {} : onBytes);
            }
            return true;
        }
    }

    /** Whether it had a request. */
    boolean isUsed() {
        return life.isUsed();
    }

    /** Whether an answer is on its way down, and Jetty's goodbye would be before we are asked. */
    boolean isClosedBehindAnswer() {
        return endPoint.getConnection() instanceof SslConnection
                && watch.isIdle()
                && tracked.isAnswering();
    }

    /** The connector drains: if the connection is idle, it is not kept for long. */
    void drain() {
        if (lingers || watch.isIdle()) life.idle();
    }

    private void closeWatch() {
        watch.close();
        idle.close();
    }

    @Override
    public void onOpen() {
        endPoint.onOpen();
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        endPoint.onClose(cause);
        closed();
    }

    @Override
    public void onOpened(Connection connection) {}

    /** Of the connection, which also ends when another takes over: the endpoint may live on. */
    @Override
    public void onClosed(Connection connection) {
        if (!endPoint.isOpen()) closed();
    }

    private void closed() {
        closeWatch();
        tracked.closed();
        connector.closed(endPoint.getTransport());
    }

    // ---- the connection

    @Override
    public Connection getConnection() {
        return endPoint.getConnection();
    }

    @Override
    public void setConnection(Connection connection) {
        endPoint.setConnection(connection);
        listenTo(connection);
    }

    void listenTo(Connection connection) {
        connection.addEventListener(this);
        tracked.speaks();
        if (!(connection instanceof SslConnection tls)) return;
        tracked.handshaking();
        tls.addHandshakeListener(this);
    }

    @Override
    public void handshakeSucceeded(Event event) {
        tracked.handshaken();
    }

    @Override
    public void upgrade(Connection newConnection) {
        endPoint.upgrade(newConnection);
    }

    // ---- facts

    @Override
    public SocketAddress getLocalSocketAddress() {
        return endPoint.getLocalSocketAddress();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return endPoint.getRemoteSocketAddress();
    }

    @Override
    public long getCreatedTimeStamp() {
        return endPoint.getCreatedTimeStamp();
    }

    @Override
    public Object getTransport() {
        return endPoint.getTransport();
    }

    @Override
    public long getIdleTimeout() {
        return Math.max(0, endPoint.getIdleTimeout() - IdleClose.SLACK_MILLIS);
    }

    @Override
    public void setIdleTimeout(long idleTimeout) {
        endPoint.setIdleTimeout(
                idleTimeout <= 0 ? idleTimeout : idleTimeout + IdleClose.SLACK_MILLIS);
        idle.retime();
    }

    @Override
    public @Nullable SslSessionData getSslSessionData() {
        return endPoint.getSslSessionData();
    }

    @Override
    public boolean isSecure() {
        return endPoint.isSecure();
    }

    @Override
    public String toString() {
        return "Guarded[" + endPoint + "]";
    }
}
