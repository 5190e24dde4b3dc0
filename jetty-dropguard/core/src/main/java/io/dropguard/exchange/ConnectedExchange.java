package io.dropguard.exchange;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.StuckConnection;
import io.dropguard.connector.ClientWatch;
import io.dropguard.connector.ConnectionLife;
import io.dropguard.connector.WatchedExchange;
import io.dropguard.monitor.MonitoredExchange;
import io.dropguard.monitor.PeerCondition;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * Where a request is computed: what the exchange tells those who watch and monitor its connection,
 * and what it asks them. One object with the {@link GuardedExchange}, for every request has one.
 * Thread-safe.
 */
abstract class ConnectedExchange extends HandledExchange
        implements WatchedExchange, MonitoredExchange {
    private static final VarHandle ANSWERING = answeringField();

    private final Request request; // Jetty's own
    private final @Nullable ClientWatch wire; // beneath the connection, if its connector is guarded
    private final boolean multiplexed;

    private volatile boolean bodyRead; // of the request
    private volatile boolean answering; // written through ANSWERING

    ConnectedExchange(Request request) {
        this.request = request;
        ConnectionMetaData connection = request.getConnectionMetaData();
        this.wire = ClientWatch.beneath(connection.getConnection().getEndPoint());
        this.multiplexed =
                connection.getHttpVersion().getVersion() > HttpVersion.HTTP_1_1.getVersion();
        enterFirst();
    }

    private static VarHandle answeringField() {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(ConnectedExchange.class, "answering", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    // ---- for applications

    /** How the client's end of the connection fares; known while the kernel is asked. */
    public PeerCondition peer() {
        return wire == null ? PeerCondition.RESPONSIVE : wire.peer();
    }

    /** Whether its connection has bytes to write and the socket takes no more for now. */
    public boolean isStalled() {
        return wire != null && wire.tracked().isWriting();
    }

    // ---- from its begin to its end

    /**
     * The connection computes it from now on. If that has ended, or is being shut down, already,
     * the exchange hears of it before this returns.
     *
     * @param response Jetty's own
     */
    void joinConnection(Response response) {
        if (wire == null) return;
        ConnectionLife life = wire.life();
        if (life != null) KeptConnection.announce(life, multiplexed, request, response);
        ConnectionMetaData connection = request.getConnectionMetaData();
        boolean served;
        if (multiplexed) {
            wire.join(this);
            served = wire.tracked().join(this, connection.getHttpVersion().asString());
            if (ResetStream.carried(request)) clientLost(streamSignal(), null);
        } else
            served =
                    wire.begin(
                            this,
                            connection.getConnection().getEndPoint(),
                            connection.getHttpVersion().asString());
        if (!served) stuck(wire.tracked().reason()); // it is being shut down already
    }

    /** Looks at the wire: false if it is not yet known whether the client is there. */
    boolean look() {
        return multiplexed || wire == null || wire.look();
    }

    /** The application waits for more of the request's body. */
    void awaitsBody() {
        if (wire != null) wire.tracked().awaitsBody(this);
    }

    /** It has come, or its end: then its client was told to continue. */
    void hasBody() {
        if (!bodyRead) bodyRead = true;
        if (wire != null) wire.tracked().hasBody(this);
    }

    boolean isBodyRead() {
        return bodyRead;
    }

    /** Its stream may take no more for now; a connection of HTTP/1 notices itself. */
    void writes() {
        if (multiplexed && wire != null) wire.tracked().streamWrites(this);
    }

    void written() {
        if (multiplexed && wire != null) wire.tracked().streamWritten(this);
    }

    /** The answer is handed down. Only a write that fails can lose the client from here on. */
    void answering() {
        if (answering) return;
        // Released, and not more: what a client does because of the answer comes after its bytes,
        // and these after this.
        ANSWERING.setRelease(this, true);
        if (wire == null) return;
        if (multiplexed) wire.leave(this);
        else wire.end(this);
    }

    /** Whether all of the answer was handed down, though it need not be written yet. */
    boolean isAnswering() {
        return answering;
    }

    /** The connection computes it no more. */
    void leaveConnection() {
        if (wire != null) wire.tracked().end(this);
    }

    // ---- how its client is lost

    /** HTTP/1: a read has met the end of the request before it is whole. */
    void brokeOff() {
        if (wire != null) wire.brokeOff(this);
    }

    /** What it means that the stream of a request has ended: its connection may have, too. */
    Signal streamSignal() {
        Signal ofConnection = wire == null ? null : wire.signal();
        return ofConnection == null ? Signal.STREAM_RESET : ofConnection;
    }

    boolean isUnreachable() {
        return wire != null && wire.signal() == Signal.UNREACHABLE;
    }

    /** Why the guard is shutting the connection down; null if it is not. */
    @Nullable StuckConnection shutDown() {
        return wire != null && wire.tracked().isEnded() ? wire.tracked().reason() : null;
    }

    /**
     * Ends the message so that nobody takes it for whole.
     *
     * @param response Jetty's own
     */
    void breakOff(Response response, Throwable cause) {
        BrokenMessage.breakOff(request, response, wire, this, cause);
    }

    // ---- of the request

    /** Jetty's own. */
    Request request() {
        return request;
    }

    boolean isMultiplexed() {
        return multiplexed;
    }

    @Override
    public long beginNanos() {
        return request.getBeginNanoTime();
    }

    Duration age() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - beginNanos()));
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public @Nullable String path() {
        return request.getHttpURI().getCanonicalPath(); // parameters, too, may be secret
    }
}
