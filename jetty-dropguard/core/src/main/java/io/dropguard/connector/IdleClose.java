package io.dropguard.connector;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Stands before whoever waits for the next request, and has an idle connection end in two steps: it
 * is shut down, and then the client is listened to for a moment. A request that comes before the
 * first is served; one that comes after is a race that was lost, and is counted. Thread-safe.
 */
final class IdleClose implements Callback {
    private final GuardedEndPoint guarded;
    private final AbstractEndPoint endPoint;
    private final ClientWatch watch;
    private final ConnectorLife life;

    //  null ──waits──▶ reader ──bytes, end, or a time that is over──▶ null
    private final AtomicReference<@Nullable Callback> reader = new AtomicReference<>();

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

    /** False if somebody else waits already. */
    boolean tryFillInterested(Callback callback) {
        if (closing && listen()) {
            callback.failed(new ClosedChannelException()); // what still comes is ours
            return true;
        }
        if (!reader.compareAndSet(null, callback)) return false;
        if (!watch.tryFillInterested(this)) {
            reader.compareAndSet(callback, null);
            return false;
        }
        if (life.isDraining())
            guarded.drain(); // T1 drains, then looks for idle ones; we wait first
        return true;
    }

    @Override
    public void succeeded() {
        Callback waiting = reader.getAndSet(null);
        if (waiting != null) waiting.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        Callback waiting = reader.getAndSet(null);
        if (waiting == null) return;
        if (failure instanceof TimeoutException && watch.isIdle() && isHttp()) {
            if (watch.hasBytes()) { // they came while we made up our mind
                watch.execute(waiting);
                return;
            }
            idleMillis = endPoint.getIdleFor();
            closing = true; // the connection above now shuts the output down, and waits for the end
        }
        waiting.failed(failure);
    }

    /** Asked by the selector when bytes have come: they may have to wait for a thread. */
    @Override
    public InvocationType getInvocationType() {
        endPoint.notIdle(); // or Jetty's timer finds nobody who waits, and closes under them
        Callback waiting = reader.get();
        return waiting == null ? InvocationType.BLOCKING : waiting.getInvocationType();
    }

    /** Not a tunnel, say, which goes on in the other direction. */
    private boolean isHttp() {
        Connection connection = endPoint.getConnection();
        if (connection instanceof SslConnection ssl)
            connection = ssl.getSslEndPoint().getConnection();
        return connection instanceof ConnectionMetaData;
    }

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
