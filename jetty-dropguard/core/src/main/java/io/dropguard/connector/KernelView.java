package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import io.dropguard.kernel.Kernel;
import io.dropguard.kernel.TcpFacts;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all connections of a connector through the kernel, without reading from them: finds a
 * FIN that stands behind unread bytes, a peer that has vanished, and one that does not read.
 * Confined to its own thread, which does not wait for the server's when all of those are stuck.
 */
final class KernelView {
    private static final Logger LOG = LoggerFactory.getLogger(KernelView.class);

    private record Ends(SocketAddress local, SocketAddress remote) {}

    private final ServerConnector connector;
    private final Kernel kernel;
    private final Duration userTimeout;
    private final Ticker ticker;
    private Map<Ends, Stall> stalls = new HashMap<>();
    private Set<ClientWatch> noted = new HashSet<>(); // whose condition is not RESPONSIVE
    private long lastLookNanos;
    private boolean failing;

    /**
     * @param userTimeout how long bytes may stay unacknowledged; zero for ever
     */
    KernelView(ServerConnector connector, Kernel kernel, Duration userTimeout, Ticker ticker) {
        this.connector = connector;
        this.kernel = kernel;
        this.userTimeout = userTimeout;
        this.ticker = ticker;
        this.lastLookNanos = ticker.nanoTime();
    }

    /** Looks again and again, until what is returned is stopped. */
    Scheduler start(Duration interval) {
        Scheduler own = new ScheduledExecutorScheduler("dropguard-kernel-view", true, 1);
        LifeCycle.start(own);
        lookAfter(interval.toNanos(), own);
        return own;
    }

    private void lookAfter(long nanos, Scheduler own) {
        Runnable task =
                () -> {
                    if (isWanted(nanos)) lookSafely();
                    else lastLookNanos = ticker.nanoTime();
                    lookAfter(nanos, own); // it does nothing once it is stopped
                };
        own.schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    /**
     * Whether anybody waits long enough to be looked after: the kernel walks through all sockets of
     * the machine to find ours. A client that is not waited for may vanish; its connection is idle.
     */
    private boolean isWanted(long atLeastNanos) {
        if (!noted.isEmpty() || !stalls.isEmpty()) return true;
        for (EndPoint endPoint : connector.getConnectedEndPoints()) {
            ClientWatch watch = watch(endPoint);
            if (watch != null && watch.isWaiting(atLeastNanos)) return true;
        }
        return false;
    }

    private void lookSafely() {
        try {
            look();
            failing = false;
        } catch (IOException | RuntimeException | Error failed) { // the next look may do better
            if (!failing) LOG.warn("The kernel does not tell how connections fare", failed);
            failing = true;
        }
    }

    void look() throws IOException {
        List<TcpFacts> all = kernel.connections(connector.getLocalPort());
        long now = ticker.nanoTime();
        Map<Ends, TcpFacts> facts = new HashMap<>();
        Map<Ends, Stall> stalled = new HashMap<>();
        for (TcpFacts each : all) {
            Ends ends = new Ends(each.local(), each.remote());
            facts.put(ends, each);
            if (each.unacknowledged() > 0)
                stalled.put(ends, Stall.of(each, stalls.get(ends), now, lastLookNanos));
        }
        Set<ClientWatch> notable = new HashSet<>();
        if (!facts.isEmpty())
            for (EndPoint endPoint : connector.getConnectedEndPoints()) {
                Ends ends = ends(endPoint);
                TcpFacts its = facts.get(ends);
                ClientWatch watch = its == null ? null : watch(endPoint);
                if (its != null && watch != null)
                    judge(watch, its, stalled.get(ends), stalls.get(ends), now, notable);
            }
        for (ClientWatch recovered : noted)
            if (!notable.contains(recovered) && !recovered.isClosed())
                recovered.setPeer(PeerCondition.RESPONSIVE);
        noted = notable;
        stalls = stalled;
        lastLookNanos = now;
    }

    private void judge(
            ClientWatch watch,
            TcpFacts facts,
            @Nullable Stall stall,
            @Nullable Stall before,
            long now,
            Set<ClientWatch> notable) {
        if (facts.finReceived()) watch.endBehindUnread();
        if (stall == null) return;
        PeerCondition condition = stall.condition(facts);
        if (watch.setPeer(condition)) LOG.debug("{}: {}", condition, facts);
        if (condition != PeerCondition.RESPONSIVE) notable.add(watch);
        if (userTimeout.isZero() || !stall.isOver(before, now, userTimeout.toNanos())) return;
        Duration time = Duration.ofNanos(now - stall.sinceNanos());
        LOG.debug("Vanished: {} has acknowledged nothing for {}", facts.remote(), time);
        watch.vanished(
                new PeerUnreachableException(
                        facts.unacknowledged()
                                + " bytes unacknowledged for "
                                + time.toMillis()
                                + " ms"));
    }

    private static Ends ends(EndPoint endPoint) {
        return new Ends(endPoint.getLocalSocketAddress(), endPoint.getRemoteSocketAddress());
    }

    private static @Nullable ClientWatch watch(EndPoint endPoint) {
        Connection connection = endPoint.getConnection();
        return connection == null ? null : ClientWatch.beneath(connection.getEndPoint());
    }
}
