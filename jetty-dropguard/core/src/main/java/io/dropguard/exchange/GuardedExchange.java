package io.dropguard.exchange;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.InterruptScope;
import io.dropguard.connector.ClientWatch;
import io.dropguard.connector.WatchedExchange;
import java.io.EOFException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request being answered: everything that may end it meets here. Thread-safe.
 *
 * <p>The {@link CancellationSource} decides once whether the exchange completed or was lost. A loss
 * interrupts the handling thread at once; Jetty's failure listeners hear it when that thread has
 * left (T1 loses the client, T2 leaves: whoever takes the lock second tells them).
 */
public final class GuardedExchange implements WatchedExchange {
    /** The request attribute that holds the exchange. */
    public static final String ATTRIBUTE = "io.dropguard.exchange";

    private static final Logger LOG = LoggerFactory.getLogger(GuardedExchange.class);

    private final GuardHandler handler;
    private final Request request;
    private final @Nullable ClientWatch wire; // beneath the connection, if its connector is guarded
    private final boolean multiplexed;
    private final CancellationSource source;
    private final FailureListeners failures;
    private volatile boolean interrupt;
    private volatile boolean answering;
    private volatile @Nullable ClientLostException lost;

    private @Nullable InterruptScope scope; // guarded by this: of the thread that handles us now
    private int depth; // guarded by this: how often that thread has entered
    private boolean
            failureDue; // guarded by this: lost, and the listeners wait for the thread to leave
    private boolean told; // guarded by this: the listeners have heard, or are about to
    private boolean over; // guarded by this

    GuardedExchange(GuardHandler handler, Request request) {
        this.handler = handler;
        this.request = request;
        this.interrupt = handler.config().interrupt();
        this.source = new CancellationSource(handler.executor());
        this.failures = new FailureListeners(request, this::onFailure);
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        this.wire = ClientWatch.beneath(endPoint);
        this.multiplexed =
                request.getConnectionMetaData().getHttpVersion().getVersion()
                        > HttpVersion.HTTP_1_1.getVersion();
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
                                        "This request is not guarded (expected: DropGuard.installOn(server)"
                                                + " before the server starts)"));
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
        return source.token();
    }

    /** Whether and how the client was lost. */
    public Optional<ClientLoss> loss() {
        ClientLostException thrown = lost;
        return thrown == null ? Optional.empty() : Optional.of(thrown.loss());
    }

    /** Whether a loss interrupts the thread that handles this exchange; from now on. */
    public void setInterrupt(boolean interrupt) {
        this.interrupt = interrupt;
    }

    @Override
    public long beginNanos() {
        return request.getBeginNanoTime();
    }

    // ---- its life, told by the handler and the response

    void begin() {
        handler.statistics().begun();
        if (multiplexed) failures.register();
        else if (wire != null) wire.begin(this, ClientWatch.isClearText(endPoint()));
    }

    /** Looks at the wire: false if it is not yet known whether the client is there. */
    boolean look() {
        return multiplexed || wire == null || wire.look();
    }

    boolean isLost() {
        return lost != null;
    }

    /** The answer is handed down. Only a write that fails can lose the client from here on. */
    void answering() {
        answering = true;
        if (wire != null) wire.end(this);
    }

    /** The exchange is over, whatever its end. Idempotent. */
    void over() {
        synchronized (this) {
            if (over) return;
            over = true;
        }
        answering();
        source.complete();
        handler.statistics().ended();
    }

    // ---- the handling thread

    /** The calling thread handles the exchange now, unless another one does. */
    synchronized void enter() {
        if (scope == null) {
            if (over || failures.isTelling()) return; // what listeners do is not the work
            scope = InterruptScope.open();
            depth = 1;
        } else if (scope.isCurrentThread()) depth++;
    }

    /** The calling thread leaves, if it had entered. */
    void leave() {
        InterruptScope left;
        ClientLostException loss;
        boolean first;
        boolean again;
        synchronized (this) {
            left = scope;
            if (left == null || !left.isCurrentThread() || --depth > 0) return;
            scope = null;
            loss = over ? null : lost;
            first = failureDue;
            again = told;
            failureDue = false;
            if (loss != null && first) told = true;
        }
        left.close();
        if (loss == null) return;
        if (first) fail(loss);
        else if (again)
            failures.tell(loss); // a new async cycle has begun after the loss: it wants to hear too
    }

    private void interrupt() {
        InterruptScope handling;
        synchronized (this) {
            handling = scope;
        }
        if (handling != null && interrupt && handling.interrupt())
            handler.statistics().interrupted();
    }

    // ---- what may go wrong

    @Override
    public void clientLost(Signal signal, @Nullable Throwable failure) {
        if (!answering && lose(signal, failure)) tellListeners();
    }

    void writeFailed(Throwable failure) {
        if (!isDisconnect(failure)) return;
        Signal signal =
                multiplexed && failure instanceof EOFException
                        ? streamSignal()
                        : Signal.WRITE_FAILED;
        if (lose(signal, failure)) tellListeners();
    }

    /** A read found that the request ends before it is whole; perhaps nobody else was told. */
    void readFailed(EOFException failure) {
        if (!multiplexed) {
            if (wire != null) wire.brokeOff(this);
        } else if (lose(streamSignal(), failure)) tellListeners();
    }

    /**
     * Jetty's failure listener: HTTP/2 resets come here, and for HTTP/1.1 what we raised ourselves.
     */
    private void onFailure(Throwable failure) {
        if (multiplexed && failure instanceof EOFException) {
            if (lose(streamSignal(), failure)) tellListeners();
        } else {
            failures.tell(failure);
        }
    }

    private boolean lose(Signal signal, @Nullable Throwable failure) {
        long nanos = Math.max(0, System.nanoTime() - beginNanos());
        ClientLoss loss = new ClientLoss(signal, Duration.ofNanos(nanos), Instant.now(), failure);
        Runnable urgent =
                () -> {
                    interrupt();
                    lost = new ClientLostException(loss);
                    handler.statistics().lost(signal);
                };
        if (!source.cancel(loss, urgent)) return false;
        LOG.debug("{} {}", loss.describe(), request.getId());
        return true;
    }

    private void tellListeners() {
        ClientLostException loss = lost;
        synchronized (this) {
            if (over || loss == null) return;
            if (scope != null) {
                failureDue = true;
                return;
            }
            told = true;
        }
        handler.executor().execute(() -> fail(loss));
    }

    /** Runs Jetty's failure path: pending reads and writes fail, listeners hear. */
    private void fail(ClientLostException loss) {
        if (multiplexed) { // Jetty has failed the stream itself
            failures.tell(loss);
            return;
        }
        try {
            Runnable task = HttpChannel.from(request).onRemoteFailure(loss);
            if (task != null) task.run();
        } catch (IllegalStateException completed) {
            LOG.trace("completed meanwhile", completed);
        }
    }

    FailureListeners failures() {
        return failures;
    }

    @Nullable ClientLostException lostException() {
        return lost;
    }

    private Signal streamSignal() {
        Signal ofConnection = wire == null ? null : wire.signal();
        return ofConnection == null ? Signal.STREAM_RESET : ofConnection;
    }

    private EndPoint endPoint() {
        return request.getConnectionMetaData().getConnection().getEndPoint();
    }

    /**
     * What Jetty fails writes with when the connection is of no use; not an application's misuse.
     */
    private static boolean isDisconnect(Throwable failure) {
        return failure instanceof EOFException
                || failure instanceof ClosedChannelException
                || failure instanceof SocketException
                || failure instanceof TimeoutException;
    }

    @Override
    public String toString() {
        return "GuardedExchange[" + request.getId() + ", " + source.token() + "]";
    }
}
