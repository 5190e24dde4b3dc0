package io.dropguard.exchange;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.Deadline;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.cancel.ServerStopping;
import io.dropguard.cancel.StuckConnection;
import io.dropguard.cancel.Ticker;
import io.dropguard.connector.ClientWatch;
import io.dropguard.connector.ConnectionLife;
import io.dropguard.connector.PeerUnreachableException;
import io.dropguard.connector.WatchedExchange;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.monitor.MonitoredExchange;
import io.dropguard.monitor.PeerCondition;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request being answered: everything that may end it meets here. Thread-safe.
 *
 * <p>The {@link CancellationSource} decides once whether the exchange completed or was cancelled. A
 * cancellation interrupts the handling thread at once; Jetty's failure listeners hear of it when
 * that thread has left.
 */
public final class GuardedExchange implements WatchedExchange, MonitoredExchange {
    /** The request attribute that holds the exchange. */
    public static final String ATTRIBUTE = "io.dropguard.exchange";

    private static final Logger LOG = LoggerFactory.getLogger(GuardedExchange.class);

    private static final VarHandle ANSWERING = answeringField();

    private final GuardHandler handler;
    private final Request request; // Jetty's own
    private final @Nullable ClientWatch wire; // beneath the connection, if its connector is guarded
    private final boolean multiplexed;
    private final HandlingThread handling = HandlingThread.entered();
    private final ResponseGate gate;
    private final @Nullable ExchangeRecording recording = ExchangeRecording.begin();

    // Most exchanges need neither; made under this when one does.
    private volatile @Nullable ExchangeCancellation cancellation;
    private volatile @Nullable ExchangeTimes times;

    private volatile boolean uninterrupted;
    private volatile boolean bodyRead; // of the request
    private volatile boolean answering; // written through ANSWERING

    GuardedExchange(GuardHandler handler, Request request, Response response, Callback callback) {
        this.handler = handler;
        this.request = request;
        if (!handler.config().interrupt()) this.uninterrupted = true;
        ConnectionMetaData connection = request.getConnectionMetaData();
        this.wire = ClientWatch.beneath(connection.getConnection().getEndPoint());
        this.multiplexed =
                connection.getHttpVersion().getVersion() > HttpVersion.HTTP_1_1.getVersion();
        this.gate = new ResponseGate(this, response, callback);
    }

    private static VarHandle answeringField() {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(GuardedExchange.class, "answering", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /**
     * The exchange of a request.
     *
     * @throws IllegalStateException if the server is not guarded
     */
    public static GuardedExchange of(Request request) {
        return find(request)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "This request is not guarded (expected:"
                                                + " DropGuard.installOn(server) before it starts)"));
    }

    /** The exchange of a request, or empty if the server is not guarded. */
    public static Optional<GuardedExchange> find(Request request) {
        return request.getAttribute(ATTRIBUTE) instanceof GuardedExchange exchange
                ? Optional.of(exchange)
                : Optional.empty();
    }

    // ---- for applications

    /** Tells when the work for this exchange is in vain. */
    public CancellationToken token() {
        return cancellation().source().token();
    }

    /** Whether and how the client was lost. */
    public Optional<ClientLoss> loss() {
        return failure() instanceof ClientLostException lost
                ? Optional.of(lost.loss())
                : Optional.empty();
    }

    /** Whether a cancellation interrupts the thread that handles this exchange; from now on. */
    public void setInterrupt(boolean interrupt) {
        this.uninterrupted = !interrupt;
    }

    /** How the client's end of the connection fares; known while the kernel is asked. */
    public PeerCondition peer() {
        return wire == null ? PeerCondition.RESPONSIVE : wire.peer();
    }

    /** Whether its connection has bytes to write and the socket takes no more for now. */
    public boolean isStalled() {
        return wire != null && wire.tracked().isWriting();
    }

    /** How many heartbeats were sent so far. */
    public int heartbeats() {
        return gate.heartbeats();
    }

    /** How the client's line is kept alive, from now on. */
    public void setHeartbeat(HeartbeatConfig config) {
        times().setHeartbeat(requireNonNull(config, "heartbeat"));
    }

    /**
     * By when the response must have ended; moves one that was set before, and {@link
     * Deadline#never()} clears it. Without effect once a deadline has expired.
     */
    public void setDeadline(Deadline deadline) {
        times().setDeadline(requireNonNull(deadline, "deadline"), cancellation().source());
    }

    /** How long after its arrival the response has to end; empty if it has no deadline. */
    public Optional<Duration> permitted() {
        ExchangeTimes given = times;
        return given == null || given.permitted().isZero()
                ? Optional.empty()
                : Optional.of(given.permitted());
    }

    /** What is configured for this exchange. */
    public ResponsePolicy policy() {
        ExchangeTimes given = times;
        return given == null ? ResponsePolicy.NONE : given.policy();
    }

    /**
     * Applies what is configured for a path, in the place of what was before: the heartbeat, and
     * the deadline, which counts from the request's arrival.
     */
    public void apply(ResponsePolicy policy) {
        if (times != null || !policy.isNone())
            times().apply(policy, request, cancellation().source());
    }

    @Override
    public long beginNanos() {
        return request.getBeginNanoTime();
    }

    // ---- its life, told by the handler and the response

    void begin() {
        handler.statistics().begun();
        if (multiplexed) failures().register();
        if (wire == null) return;
        ConnectionLife life = wire.life();
        if (life != null) KeptConnection.announce(life, multiplexed, request, gate.response());
        ConnectionMetaData connection = request.getConnectionMetaData();
        boolean served;
        if (multiplexed) {
            wire.join(this);
            served = wire.tracked().join(this, connection.getHttpVersion().asString());
            if (ResetStream.carried(request)) lose(streamSignal(), null);
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

    /** Whether those that listen have heard of the loss: what they still answer, nobody reads. */
    boolean isLossTold() {
        ExchangeCancellation cancelled = cancellation;
        return cancelled != null && cancelled.isTold() && isLost();
    }

    boolean isLost() {
        return ExchangeCancellation.isLoss(failure());
    }

    /** Whether all of the answer was handed down, though it need not be written yet. */
    boolean isAnswering() {
        return answering;
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

    /** The exchange is over, whatever its end. Idempotent. */
    void over() {
        over(true);
    }

    /**
     * @param run whether anybody worked for it
     */
    void over(boolean run) {
        if (!handling.end()) return;
        // T1, we, end it, then look for parts. T2 makes a part: sets it, then looks whether the
        // exchange is over. Both are volatile, so at least one closes the part.
        answering();
        ExchangeTimes given = times;
        if (given != null) given.close();
        ExchangeCancellation deciding = cancellation;
        if (deciding != null) deciding.complete();
        if (wire != null) wire.tracked().end(this);
        ended(run);
    }

    private void ended(boolean run) {
        Duration ranOn = Duration.ZERO;
        IOException failure = failure();
        if (run && failure instanceof ClientLostException lost) {
            ranOn = age().minus(lost.loss().after());
            handler.statistics().ranOn(ranOn);
        }
        if (recording != null) recording.end(request, gate.response(), failure, ranOn);
        handler.statistics().ended();
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

    /** Other threads may come to work for it. */
    void goesAsync() {
        handler.listenToDispatches();
    }

    /** The calling thread handles it from now on. */
    void enter() {
        handling.enter();
    }

    void leave() {
        leave(false);
    }

    /** The calling thread runs a part of it for a context. */
    void enterContext() {
        ExchangeCancellation known = cancellation;
        if (known == null || !known.listeners().isTelling())
            handling.enterContext(); // what listeners do is not the work
    }

    void leaveContext() {
        leave(true);
    }

    private void leave(boolean context) {
        ExchangeCancellation known = cancellation;
        boolean before = known != null && known.isTold();
        IOException again = known == null ? null : known.failure();
        if ((context ? handling.leaveContext() : handling.leave())
                && before
                && again != null
                && !isOver())
            failures().tell(again); // an async cycle that has begun since then wants to hear too
    }

    boolean isOver() {
        return handling.isOver();
    }

    void heartbeatSent() {
        handler.statistics().heartbeat();
    }

    // ---- what may go wrong

    @Override
    public void clientLost(Signal signal, @Nullable Throwable failure) {
        if (!answering) lose(signal, failure);
    }

    /**
     * @param unsent whether bytes are left of it. If none are, HTTP/2 has sent them, and the client
     *     may have read the answer and left before the write was told so; Jetty fails it then
     */
    void writeFailed(Throwable failure, boolean unsent) {
        if (!Disconnects.isDisconnect(failure)) return;
        boolean left = unsent && !HttpMethod.HEAD.is(request.getMethod()); // its bytes never go
        if (multiplexed && answering && !left) return;
        boolean ofStream = multiplexed && failure instanceof EOFException;
        boolean vanished = PeerUnreachableException.isCauseOf(failure) || isUnreachable();
        Signal written = ofStream ? streamSignal() : Signal.WRITE_FAILED;
        lose(vanished ? Signal.UNREACHABLE : written, failure);
    }

    /** A read found that the request ends before it is whole; perhaps nobody else was told. */
    void readFailed(EOFException failure) {
        if (!multiplexed) {
            if (wire != null) wire.brokeOff(this);
        } else if (!answering) lose(streamSignal(), failure);
    }

    /**
     * Jetty's failure listener: HTTP/2 resets come here, and for HTTP/1.1 what we raised ourselves.
     */
    private void onFailure(Throwable failure) {
        if (!multiplexed || !(failure instanceof EOFException)) failures().tell(failure);
        else if (!answering) lose(streamSignal(), failure);
    }

    private void lose(Signal signal, @Nullable Throwable cause) {
        if (wire != null && wire.tracked().isEnded()) { // so that it is our doing
            stuck(wire.tracked().reason());
            return;
        }
        ClientLoss loss = new ClientLoss(signal, age(), Instant.now(), cause);
        if (!cancel(loss, new ClientLostException(loss))) return;
        handler.statistics().lost(signal);
        ExchangeRecording.lost(request, loss);
    }

    @Override
    public void serverStopping() {
        ServerStopping reason = new ServerStopping();
        if (!answering) cancel(reason, new ServerStoppingException(reason));
    }

    /** The deadline has come. */
    void expire() {
        DeadlineExpired reason = new DeadlineExpired(times().permitted());
        DeadlineExpiredException expired = new DeadlineExpiredException(reason);
        Runnable ending = isLost() ? null : gate.expire(expired, times().deadlineStatus());
        if (ending == null) return;
        ending.run(); // first: what an interrupted application does may take its time
        ExchangeRecording.expired(request, reason, age());
        // And behind the answers of all whose time is over now, for those are waited for.
        handler.timer().wake(() -> expired(expired));
    }

    /**
     * Called by whoever comes first: T1 who expires it, or T2 who ends it because it has expired.
     */
    void expired(DeadlineExpiredException expired) {
        if (!cancel(expired.reason(), expired)) return;
        handler.statistics().deadlineExpired();
    }

    private boolean cancel(CancellationReason reason, IOException thrown) {
        return cancellation().cancel(reason, thrown, !uninterrupted);
    }

    /** Runs Jetty's failure path: pending reads and writes fail, or else it tells us. */
    void failChannel(IOException thrown) {
        try {
            Runnable task = handling.reach(() -> HttpChannel.from(request).onRemoteFailure(thrown));
            if (task != null) task.run();
        } catch (IllegalStateException completed) {
            LOG.trace("completed by somebody else", completed);
        }
    }

    /** Ends the message so that nobody takes it for whole. */
    void breakOff(Throwable cause) {
        BrokenMessage.breakOff(request, gate.response(), wire, handling, cause);
    }

    /** Runs a task that may block, soon, though all threads of the pool be busy. */
    void execute(Runnable task) {
        handler.executor().execute(task);
    }

    // ---- for the monitor

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public @Nullable String path() {
        return request.getHttpURI().getCanonicalPath(); // parameters, too, may be secret
    }

    @Override
    public @Nullable Thread thread() {
        return handling.current();
    }

    /** Work that goes on all the same is interrupted later, at a limit of its own. */
    @Override
    public void stuck(StuckConnection reason) {
        cancellation().cancel(reason, new StuckConnectionException(reason), false);
    }

    @Override
    public boolean interrupt() {
        boolean raised = handling.interrupt();
        if (raised) handler.statistics().interrupted();
        return raised;
    }

    // ---- its parts

    /** Jetty's own. */
    Request request() {
        return request;
    }

    Ticker ticker() {
        return handler.ticker();
    }

    boolean isMultiplexed() {
        return multiplexed;
    }

    private ExchangeCancellation cancellation() {
        ExchangeCancellation existing = cancellation;
        if (existing != null) return existing;
        synchronized (this) {
            ExchangeCancellation created = cancellation;
            if (created == null)
                cancellation =
                        created =
                                new ExchangeCancellation(
                                        this, request, handler.executor(), this::onFailure);
            return created;
        }
    }

    FailureListeners failures() {
        return cancellation().listeners();
    }

    HandlingThread handling() {
        return handling;
    }

    private ExchangeTimes times() {
        ExchangeTimes existing = times;
        if (existing != null) return existing;
        synchronized (this) {
            ExchangeTimes created = times;
            if (created == null) {
                times = created = new ExchangeTimes(this, handler.timer());
                if (isOver()) created.close();
            }
            return created;
        }
    }

    ResponseGate gate() {
        return gate;
    }

    HeartbeatConfig heartbeatConfig() {
        ExchangeTimes given = times;
        return given == null ? HeartbeatConfig.NONE : given.heartbeatConfig();
    }

    /** Why it is in vain, or null if it is not. */
    @Nullable IOException failure() {
        ExchangeCancellation known = cancellation;
        return known == null ? null : known.failure();
    }

    /** What work ends with once it is in vain is that, however it says it. */
    Throwable quiet(Throwable thrown) {
        ExchangeCancellation known = cancellation;
        return known == null ? thrown : known.quiet(thrown);
    }

    Duration age() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - beginNanos()));
    }

    private Signal streamSignal() {
        Signal ofConnection = wire == null ? null : wire.signal();
        return ofConnection == null ? Signal.STREAM_RESET : ofConnection;
    }

    private boolean isUnreachable() {
        return wire != null && wire.signal() == Signal.UNREACHABLE;
    }

    @Override
    public String toString() {
        return "GuardedExchange[" + request.getId() + ", " + token() + "]";
    }
}
