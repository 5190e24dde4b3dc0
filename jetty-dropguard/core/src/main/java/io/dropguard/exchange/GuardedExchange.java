package io.dropguard.exchange;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.Deadline;
import io.dropguard.cancel.ServerStopping;
import io.dropguard.cancel.StuckConnection;
import io.dropguard.heartbeat.HeartbeatConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One request being answered: everything that may end it meets here. Thread-safe.
 *
 * <p>The {@link io.dropguard.cancel.CancellationSource} decides once whether the exchange completed
 * or was cancelled. A cancellation interrupts the handling thread at once; Jetty's failure
 * listeners hear of it when that thread has left.
 */
public final class GuardedExchange extends ConnectedExchange {
    /** The request attribute that holds the exchange. */
    public static final String ATTRIBUTE = "io.dropguard.exchange";

    private final GuardHandler handler;
    private final ResponseGate gate;
    private final @Nullable ExchangeRecording recording = ExchangeRecording.begin();

    // Most exchanges need neither; made under this when one does.
    private volatile @Nullable ExchangeCancellation cancellation;
    private volatile @Nullable ExchangeTimes times;

    private volatile boolean uninterrupted;

    GuardedExchange(GuardHandler handler, Request request, Response response, Callback callback) {
        super(request);
        this.handler = handler;
        if (!handler.config().interrupt()) this.uninterrupted = true;
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
        if (times != null || !policy.isNone()) times().apply(policy, cancellation().source());
    }

    // ---- its life, told by the handler and the response

    void begin() {
        handler.statistics().begun();
        if (isMultiplexed()) failures().register();
        joinConnection(gate.response());
    }

    /** Whether those that listen have heard of the loss: what they still answer, nobody reads. */
    boolean isLossTold() {
        return told() != null && isLost();
    }

    boolean isLost() {
        return ExchangeCancellation.isLoss(failure());
    }

    /** The exchange is over, whatever its end. Idempotent. */
    void over() {
        over(true);
    }

    /**
     * @param run whether anybody worked for it
     */
    void over(boolean run) {
        if (!end()) return;
        // T1, we, end it, then look for parts. T2 makes a part: sets it, then looks whether the
        // exchange is over. Both are volatile, so at least one closes the part.
        answering();
        ExchangeTimes given = times;
        if (given != null) given.close();
        ExchangeCancellation deciding = cancellation;
        if (deciding != null) deciding.complete();
        leaveConnection();
        ended(run);
    }

    private void ended(boolean run) {
        Duration ranOn = Duration.ZERO;
        IOException failure = failure();
        if (run && failure instanceof ClientLostException lost) {
            ranOn = age().minus(lost.loss().after());
            handler.statistics().ranOn(ranOn);
        }
        if (recording != null) recording.end(request(), gate.response(), failure, ranOn);
        handler.statistics().ended();
    }

    @Override
    void enterContext() {
        ExchangeCancellation known = cancellation;
        if (known == null || !known.listeners().isTelling())
            super.enterContext(); // what listeners do is not the work
    }

    @Override
    void left() {
        IOException told = told();
        super.left();
        if (told != null && !isOver())
            failures().tell(told); // an async cycle that has begun since then wants to hear too
    }

    /** What those that listen have heard; null if nothing. */
    private @Nullable IOException told() {
        ExchangeCancellation known = cancellation;
        return known == null ? null : known.told();
    }

    // ---- what may go wrong

    @Override
    public void clientLost(Signal signal, @Nullable Throwable failure) {
        if (!isAnswering()) ExchangeLoss.lose(this, signal, failure);
    }

    @Override
    public void serverStopping() {
        ServerStopping reason = new ServerStopping();
        if (!isAnswering()) cancel(reason, new ServerStoppingException(reason));
    }

    /**
     * Cancels the work, unless it is over.
     *
     * @return whether this call decided
     */
    boolean cancel(CancellationReason reason, IOException thrown) {
        return cancellation().cancel(reason, thrown, !uninterrupted);
    }

    // ---- for the monitor

    /** Work that goes on all the same is interrupted later, at a limit of its own. */
    @Override
    public void stuck(StuckConnection reason) {
        cancellation().cancel(reason, new StuckConnectionException(reason), false);
    }

    @Override
    public boolean interrupt() {
        boolean raised = super.interrupt();
        if (raised) handler.statistics().interrupted();
        return raised;
    }

    // ---- its parts

    GuardHandler handler() {
        return handler;
    }

    private ExchangeCancellation cancellation() {
        ExchangeCancellation existing = cancellation;
        if (existing != null) return existing;
        synchronized (this) {
            ExchangeCancellation created = cancellation;
            if (created == null)
                cancellation = created = new ExchangeCancellation(this, handler.executor());
            return created;
        }
    }

    FailureListeners failures() {
        return cancellation().listeners();
    }

    ExchangeTimes times() {
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

    @Override
    public String toString() {
        return "GuardedExchange[" + request().getId() + ", " + token() + "]";
    }
}
