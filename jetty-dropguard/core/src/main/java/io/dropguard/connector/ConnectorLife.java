package io.dropguard.connector;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the connections of one connector are kept between requests, and how they end when it does.
 * Thread-safe.
 *
 * <p>Draining begins with whoever shuts the connector down, be it the server or, as with Spring
 * Boot, somebody before it.
 */
final class ConnectorLife implements LifeCycle.Listener, NetworkConnector.Listener, Graceful {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectorLife.class);

    /** 1 s: by then an answer is written, unless its client is slow to read it. */
    private static final Duration LAST_BYTES = Duration.ofSeconds(1);

    private final AbstractConnector connector;
    private final KeepAliveConfig config;
    private final Draining draining;
    private final LostRaces lostRaces;
    private final AcceptedChannels accepted = new AcceptedChannels();
    private volatile boolean on; // draining; written under this
    private volatile @Nullable Promise promise; // the last that was made
    private long shutdownIdleMillis = -1; // guarded by this
    private Scheduler.@Nullable Task cancelling; // guarded by this
    private volatile @Nullable Http2Sessions http2; // since the first start; written under this

    ConnectorLife(AbstractConnector connector, ConnectorGuard guard) {
        this.connector = connector;
        this.config = guard.config().keepAlive();
        this.draining = guard.draining();
        this.lostRaces = guard.lostRaces();
    }

    KeepAliveConfig config() {
        return config;
    }

    Scheduler scheduler() {
        return connector.getScheduler();
    }

    LostRaces lostRaces() {
        return lostRaces;
    }

    /** A channel that the connector has accepted is closed, or not ours to watch. Idempotent. */
    void closed(Object channel) {
        accepted.closed(channel);
    }

    /** Whether answers tell clients not to come again. */
    boolean isLeaving() {
        return on || draining.phase() == Draining.Phase.LEAVING;
    }

    boolean isDraining() {
        return on;
    }

    /** How long an idle connection is kept once the connector drains. */
    synchronized long shutdownIdleMillis() {
        return shutdownIdleMillis;
    }

    /** One for all connections that are kept as long as the last one was; null for 0 seconds. */
    @Nullable HttpField promise(int seconds) {
        if (seconds == 0) return null;
        Promise known = promise;
        if (known == null || known.seconds != seconds) promise = known = Promise.of(seconds);
        return known.field;
    }

    private record Promise(int seconds, HttpField field) {
        static Promise of(int seconds) {
            return new Promise(
                    seconds, new PreEncodedHttpField(HttpHeader.KEEP_ALIVE, "timeout=" + seconds));
        }
    }

    // ---- the connector's life

    @Override
    public synchronized void lifeCycleStarting(LifeCycle starting) {
        on = false;
        SelectorManager selectors = connector.getBean(SelectorManager.class);
        if (selectors != null) selectors.addEventListener(accepted); // once, however often we start
        if (http2 == null && connector.getProtocols().stream().anyMatch(p -> p.startsWith("h2")))
            http2 = listening(new Http2Sessions(connector));
        if (http2 != null) http2.start();
        // Jetty would time out, after that long, what is being read or written too.
        if (connector.getShutdownIdleTimeout() >= 0) {
            shutdownIdleMillis = connector.getShutdownIdleTimeout();
            connector.setShutdownIdleTimeout(-1);
        }
        long own = connector.getIdleTimeout();
        long kept = config.idleMillis(own);
        BehindProxy proxy = config.behindProxy();
        if (proxy != null && kept != own)
            LOG.warn(
                    "{}: its idle timeout of {} ms would undercut {}, which keeps idle connections"
                            + " for {} ms. They are kept for {} ms here.",
                    connector,
                    own,
                    proxy.name(),
                    proxy.idle().toMillis(),
                    kept);
    }

    private Http2Sessions listening(Http2Sessions sessions) {
        connector.addEventListener(sessions);
        connector.getServer().addEventListener(sessions);
        return sessions;
    }

    @Override
    public void lifeCycleStopping(LifeCycle stopping) {
        drain();
        cancel(); // nobody waits for them
    }

    @Override
    public synchronized void lifeCycleStopped(LifeCycle stopped) {
        if (cancelling != null) cancelling.cancel();
        if (shutdownIdleMillis >= 0) connector.setShutdownIdleTimeout(shutdownIdleMillis);
    }

    @Override
    public void onClose(NetworkConnector closed) {
        if (!connector.isRunning() || connector.isShutdown()) return; // told twice: see shutdown()
        drain();
        awaitLastBytes();
    }

    /**
     * Jetty holds itself for shut down when this returns. From then on it closes behind an answer
     * also if that did not say that it is the last, and under TLS nobody could keep it from that.
     */
    private void awaitLastBytes() {
        long end = System.nanoTime() + LAST_BYTES.toNanos();
        forEach(
                guarded -> {
                    while (guarded.isClosedBehindAnswer()
                            && System.nanoTime() - end < 0
                            && !Thread.currentThread().isInterrupted())
                        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
                });
    }

    @Override
    public CompletableFuture<Void> shutdown() {
        drain();
        // which the server does too; its acceptors have ended when it has
        return connector.shutdown().thenCompose(ended -> accepted.emptied());
    }

    @Override
    public boolean isShutdown() {
        return on;
    }

    // ---- draining

    @SuppressWarnings("FutureReturnValueIgnored") // their end is that of their connections
    private void drain() {
        synchronized (this) {
            if (on) return;
            on = true;
            // one that is stopped by itself leaves a server that is ready
            if (connector.isRunning() || !connector.getServer().isRunning()) draining.drain();
            Duration timeout = draining.timeout();
            if (timeout != null) cancelling = after(timeout, this::cancel);
        }
        if (!connector.isRunning()) return; // nobody waits, and they might not start again
        Http2Sessions sessions = http2;
        // also when it is only the connector that is shut down
        for (Graceful part : connector.getContainedBeans(Graceful.class))
            if (part != this && (sessions == null || !sessions.contains(part))) part.shutdown();
        if (sessions != null) sessions.shutdown();
        // T1 looks for idle connections, T2 ends an exchange: T2 looks whether it drains
        forEach(GuardedEndPoint::drain);
    }

    private void cancel() {
        synchronized (this) {
            if (cancelling != null) cancelling.cancel();
            cancelling = connector.isRunning() ? after(Draining.ENDING, this::close) : null;
        }
        forEach(guarded -> guarded.watch().serverStopping());
    }

    private void close() {
        for (EndPoint endPoint : connector.getConnectedEndPoints()) endPoint.close();
    }

    private Scheduler.@Nullable Task after(Duration time, Runnable task) {
        try {
            return connector.getScheduler().schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            return null; // and with it everything else
        }
    }

    private void forEach(Consumer<GuardedEndPoint> action) {
        for (EndPoint endPoint : connector.getConnectedEndPoints()) {
            Connection connection = endPoint.getConnection();
            GuardedEndPoint guarded =
                    connection == null ? null : GuardedEndPoint.beneath(connection.getEndPoint());
            if (guarded != null) action.accept(guarded);
        }
    }

    @Override
    public String toString() {
        return "ConnectorLife[" + connector + "]";
    }
}
