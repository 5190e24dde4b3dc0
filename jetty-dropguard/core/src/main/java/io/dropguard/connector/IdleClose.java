package io.dropguard.connector;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.FillInterest;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Has an idle connection end in two steps: it is shut down, and then the client is listened to for
 * a moment. A request that comes before the first is served; one that comes after is a race that
 * was lost, and is counted. Thread-safe.
 *
 * <p>It has a timer of its own, which takes the one that waits away or does nothing. Jetty's would
 * close the connection if nobody waits: also under a thread that is on its way to read. So that
 * comes {@link #SLACK_MILLIS} later, for connections that are stalled and not idle. One that has
 * had no request yet is spared the timer, and Jetty's is caught.
 */
final class IdleClose {
    /** 1 s: both timers have one thread, and bytes that have come are read by then. */
    static final long SLACK_MILLIS = 1_000;

    private final GuardedEndPoint guarded;
    private final AbstractEndPoint endPoint;
    private final ClientWatch watch;
    private final ConnectorLife life;

    private Scheduler.@Nullable Task timer; // guarded by this
    private volatile boolean timed; // the timer runs, or there is no need; written under this
    private volatile boolean closing;
    private volatile long idleMillis; // when it was shut down

    IdleClose(
            GuardedEndPoint guarded,
            AbstractEndPoint endPoint,
            ClientWatch watch,
            ConnectorLife life) {
        this.guarded = guarded;
        this.endPoint = endPoint;
        this.watch = watch;
        this.life = life;
    }

    // ---- waiting

    /** False if somebody else waits already. */
    boolean tryFillInterested(Callback callback) {
        if (closing && listen()) {
            callback.failed(new ClosedChannelException()); // what still comes is ours
            return true;
        }
        boolean used = guarded.isUsed();
        if (!watch.input().tryFillInterested(used ? callback : new FirstRead(callback)))
            return false;
        if (life.isDraining())
            guarded.drain(); // T1 drains, then looks for idle ones; we wait first
        if (used && !timed) time();
        return true;
    }

    /** Waits for a first request. */
    private final class FirstRead extends Callback.Nested {
        FirstRead(Callback callback) {
            super(callback);
        }

        @Override
        public void failed(Throwable failure) {
            if (failure instanceof TimeoutException && isIdle()) {
                if (watch.input().hasBytes()) { // they came while Jetty made up its mind
                    watch.input().execute(getCallback());
                    return;
                }
                begin();
            }
            super.failed(failure);
        }

        /** Asked by the selector when bytes have come: they may have to wait for a thread. */
        @Override
        public InvocationType getInvocationType() {
            endPoint.notIdle();
            return super.getInvocationType();
        }
    }

    // ---- the time that is over

    /** The time has changed. */
    synchronized void retime() {
        if (timer == null) return;
        timer.cancel();
        timer = null;
        time();
    }

    /** The connection is closed. */
    synchronized void close() {
        timed = true;
        if (timer != null) timer.cancel();
        timer = null;
    }

    private synchronized void time() {
        if (timer == null && endPoint.isOpen()) schedule(left());
    }

    private long left() {
        return guarded.getIdleTimeout() - endPoint.getIdleFor();
    }

    // guarded by this
    private void schedule(long millis) {
        timed = true;
        try {
            timer =
                    guarded.getIdleTimeout() <= 0
                            ? null // never; another time would be set before the next request
                            : life.scheduler()
                                    .schedule(
                                            this::check,
                                            Math.max(1, millis),
                                            TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            timer = null; // and it ends with its connector
        }
    }

    private void check() {
        synchronized (this) {
            timer = null;
            timed = false; // whoever waits next starts it again
            if (!endPoint.isOpen() || closing) return;
            if (left() > 0) {
                schedule(left());
                return;
            }
        }
        if (!isIdle() || !watch.input().isFillInterested()) return; // or it is about to be read
        FillInterest waiting = endPoint.getFillInterest();
        IdleTimeout idle = new IdleTimeout(endPoint.getIdleFor()); // before the last look
        // T1, we, and T2, the selector, want the one that waits: T2 has it read if it comes first.
        if (watch.input().hasBytes()) { // which T2 has not seen, or found no thread for
            watch.input().execute(Callback.from(waiting::fillable, waiting::onFail));
            return;
        }
        if (left() > 0) { // T2 was first, or we wrote: it is idle since then
            time();
            return;
        }
        begin();
        closing = waiting.onFail(idle);
    }

    /** Nobody else has the one that waits told this. */
    static final class IdleTimeout extends TimeoutException {
        private static final long serialVersionUID = 1;

        IdleTimeout(long millis) {
            super("idle for " + millis + " ms");
        }
    }

    /** The connection above is told next: it shuts the output down, and waits for the end. */
    private void begin() {
        idleMillis = endPoint.getIdleFor();
        closing = true;
    }

    /**
     * Whether its client may count on it: the last answer did not say that it was the last, and
     * nobody has ended it since. Once a connector is shut down, Jetty ends a connection also behind
     * such an answer, and the next request may be on its way.
     */
    boolean isPromised() {
        return life.isDraining()
                && !closing
                && endPoint.getConnection() instanceof ConnectionMetaData http
                && http.isPersistent()
                && watch.isIdle()
                && !watch.clientEnd().hasCome();
    }

    /** Between requests; and not a tunnel, say, which goes on in the other direction. */
    private boolean isIdle() {
        if (!watch.isIdle()) return false;
        Connection connection = endPoint.getConnection();
        if (connection instanceof SslConnection ssl)
            connection = ssl.getSslEndPoint().getConnection();
        return connection instanceof ConnectionMetaData;
    }

    // ---- the moment after

    private boolean listen() {
        if (!endPoint.isOutputShutdown()) return false;
        long shutNanos = System.nanoTime();
        return guarded.lingerIdle(bytes -> came(bytes, shutNanos));
    }

    private void came(ByteBuffer bytes, long shutNanos) {
        boolean secure = endPoint.getConnection() instanceof SslConnection;
        if (LostRaces.isRequest(bytes, secure))
            life.lostRaces()
                    .lost(
                            endPoint.getRemoteSocketAddress(),
                            idleMillis,
                            System.nanoTime() - shutNanos);
    }
}
