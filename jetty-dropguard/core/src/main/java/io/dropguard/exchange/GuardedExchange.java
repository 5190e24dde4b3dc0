package io.dropguard.exchange;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.Deadline;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.cancel.ServerStopping;
import io.dropguard.cancel.StuckConnection;
import io.dropguard.cancel.Ticker;
import io.dropguard.connector.ClearText;
import io.dropguard.connector.ClientWatch;
import io.dropguard.connector.ConnectionLife;
import io.dropguard.connector.PeerUnreachableException;
import io.dropguard.connector.WatchedExchange;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.monitor.MonitoredExchange;
import io.dropguard.monitor.PeerCondition;
import io.dropguard.monitor.TrackedConnection;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.QuietException;
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

    /** 8: more async cycles than a sane servlet begins after its first error. */
    private static final int MOST_CYCLES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(GuardedExchange.class);

    private final GuardHandler handler;
    private final Request request; // Jetty's own
    private final @Nullable ClientWatch wire; // beneath the connection, if its connector is guarded
    private final boolean multiplexed;
    private final HandlingThread thread = new HandlingThread();
    private final ResponseGate gate;
    private final @Nullable ExchangeRecording recording = ExchangeRecording.begin();
    private final ExchangeEnd end = new ExchangeEnd();

    // Most exchanges need none of these; made under this when one does.
    private volatile @Nullable CancellationSource source;
    private volatile @Nullable FailureListeners failures;
    private volatile @Nullable ExchangeTimes times;

    private volatile boolean uninterrupted;
    private volatile boolean bodyRead; // of the request
    private volatile boolean answering;
    private volatile boolean told; // the listeners have heard, or are about to
    private volatile @Nullable IOException failure; // why it is in vain, as listeners are told

    GuardedExchange(GuardHandler handler, Request request, Response response, Callback callback) {
        this.handler = handler;
        this.request = request;
        if (!handler.config().interrupt()) this.uninterrupted = true;
        this.wire = ClientWatch.beneath(endPoint());
        this.multiplexed = version().getVersion() > HttpVersion.HTTP_1_1.getVersion();
        this.gate = new ResponseGate(this, response, callback);
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
        return source().token();
    }

    /** Whether and how the client was lost. */
    public Optional<ClientLoss> loss() {
        return failure instanceof ClientLostException lost
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
        times().setDeadline(requireNonNull(deadline, "deadline"), source());
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
        if (times != null || !policy.isNone()) times().apply(policy, request, source());
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
        TrackedConnection connection = wire.tracked();
        String version = version().asString();
        boolean served;
        if (multiplexed) {
            wire.join(this);
            served = connection.join(this, version);
            if (ResetStream.carried(request)) lose(streamSignal(), null);
        } else {
            wire.begin(this, ClearText.isSpokenOn(endPoint()));
            served = connection.begin(this, version);
        }
        if (!served) stuck(connection.reason()); // it is being shut down already
    }

    /** Looks at the wire: false if it is not yet known whether the client is there. */
    boolean look() {
        return multiplexed || wire == null || wire.look();
    }

    /** Whether those that listen have heard of the loss: what they still answer, nobody reads. */
    boolean isLossTold() {
        return told && isLost();
    }

    boolean isLost() {
        IOException thrown = failure;
        return thrown instanceof ClientLostException || thrown instanceof StuckConnectionException;
    }

    /** The answer is handed down. Only a write that fails can lose the client from here on. */
    void answering() {
        if (answering) return;
        answering = true;
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
        if (!end.end()) return;
        // T1, we, end it, then look for parts. T2 makes a part: sets it, then looks whether the
        // exchange is over. Both are volatile, so at least one closes the part.
        answering();
        ExchangeTimes given = times;
        if (given != null) given.close();
        CancellationSource deciding = source;
        if (deciding != null) deciding.complete();
        if (wire != null) wire.tracked().end(this);
        ended(run);
    }

    private void ended(boolean run) {
        Duration ranOn = Duration.ZERO;
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

    void enter() {
        FailureListeners listeners = failures;
        if (listeners == null || !listeners.isTelling())
            thread.enter(); // what listeners do is not the work
    }

    void leave() {
        boolean before = told;
        IOException again = failure;
        if (thread.leave() && before && again != null && !isOver())
            failures().tell(again); // an async cycle that has begun since then wants to hear too
    }

    boolean isOver() {
        return end.isOver();
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
        return cancel(
                reason,
                () -> {
                    failure = thrown; // before the interrupted thread asks
                    if (!uninterrupted) interrupt();
                });
    }

    private boolean cancel(CancellationReason reason, Runnable urgent) {
        DeadlineExpiredException decided = gate.refusal();
        if (decided != null && reason != decided.reason()) {
            expired(decided); // what follows from that, as a client that leaves, is no news
            return false;
        }
        if (!source().cancel(reason, urgent)) return false;
        LOG.debug("{} {}", reason.describe(), request.getId());
        if (!thread.afterwards(this::tell)) execute(this::tell);
        return true;
    }

    /** Tells those that listen for failures that their work is in vain. */
    private void tell() {
        IOException thrown = failure;
        if (thrown == null || isOver()) return;
        told = true;
        if (thrown instanceof ClientLostException || thrown instanceof StuckConnectionException)
            failChannel(thrown);
        FailureListeners listeners = failures();
        listeners.tellUnlessTold(thrown);
        // A listener that has dispatched anew may have begun another async cycle, which nobody else
        // will tell; one that always does is left alone after a while.
        for (int cycle = 1; cycle < MOST_CYCLES && listeners.hasServlet() && !isOver(); cycle++)
            listeners.tell(thrown);
        if (listeners.isEmpty()) gate.abandon();
    }

    /** Runs Jetty's failure path: pending reads and writes fail, or else it tells us. */
    private void failChannel(IOException thrown) {
        try {
            Runnable task = end.reach(() -> HttpChannel.from(request).onRemoteFailure(thrown));
            if (task != null) task.run();
        } catch (IllegalStateException completed) {
            LOG.trace("completed by somebody else", completed);
        }
    }

    /** Ends the message so that nobody takes it for whole. */
    void breakOff(Throwable cause) {
        BrokenMessage.breakOff(request, gate.response(), wire, end, cause);
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
        return thread.current();
    }

    /** Work that goes on all the same is interrupted later, at a limit of its own. */
    @Override
    public void stuck(StuckConnection reason) {
        cancel(reason, () -> failure = new StuckConnectionException(reason));
    }

    @Override
    public boolean interrupt() {
        boolean raised = thread.interrupt();
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

    private CancellationSource source() {
        CancellationSource existing = source;
        if (existing != null) return existing;
        synchronized (this) {
            CancellationSource created = source;
            if (created == null) {
                source = created = new CancellationSource(handler.executor());
                if (isOver()) created.complete();
            }
            return created;
        }
    }

    FailureListeners failures() {
        FailureListeners existing = failures;
        if (existing != null) return existing;
        synchronized (this) {
            FailureListeners created = failures;
            if (created == null)
                failures = created = new FailureListeners(request, this::onFailure);
            return created;
        }
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
        return failure;
    }

    /** What work ends with once it is in vain is that, however it says it. */
    Throwable quiet(Throwable thrown) {
        IOException known = failure;
        if (known == null || QuietException.isQuiet(thrown)) return thrown;
        thrown.addSuppressed(known);
        return new QuietException.Exception(thrown);
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

    private HttpVersion version() {
        return request.getConnectionMetaData().getHttpVersion();
    }

    private EndPoint endPoint() {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    @Override
    public String toString() {
        return "GuardedExchange[" + request.getId() + ", " + token() + "]";
    }
}
