package io.dropguard.monitor;

import io.dropguard.cancel.Ticker;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Knows the live connections of a guard, has them monitored, and ends them. Thread-safe. */
public final class ConnectionRegistry implements Connections {
    /** A limit is kept to within an eighth of it, */
    private static final int LOOKS_PER_LIMIT = 8;

    /** but within 10 ms at best, and a second at worst, which is what thousands of them cost. */
    private static final long SHORTEST_INTERVAL = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long LONGEST_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private static final String BY_HAND = "by hand";

    private final Ticker ticker;
    private final Map<Long, TrackedConnection> connections = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger connectors = new AtomicInteger();
    private final StuckReports reports;
    private final ConnectionEnding ending;
    private final StuckConnectionMonitor monitor;
    private final @Nullable MonitorThread thread; // null if nothing is ever stuck

    public ConnectionRegistry(MonitorConfig config) {
        this(config, Ticker.system(), new ReportLog(Ticker.system()), config.isOn());
    }

    /**
     * With a clock of its own.
     *
     * @param watched whether a thread looks, or whoever calls {@link StuckConnectionMonitor#look}
     */
    ConnectionRegistry(MonitorConfig config, Ticker ticker, ReportLog log, boolean watched) {
        this.ticker = ticker;
        reports = new StuckReports(log);
        ending = new ConnectionEnding(config, reports);
        monitor = new StuckConnectionMonitor(config, ticker, connections.values(), reports, ending);
        thread =
                watched ? new MonitorThread(monitor::look, this::isNeeded, interval(config)) : null;
    }

    private static long interval(MonitorConfig config) {
        long shortest =
                Stream.concat(
                                config.limits().values().stream(),
                                Stream.ofNullable(config.interrupt()))
                        .mapToLong(Duration::toNanos)
                        .min()
                        .orElse(Long.MAX_VALUE);
        if (!config.rates().isEmpty()) shortest = Math.min(shortest, config.grace().toNanos());
        return Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, shortest / LOOKS_PER_LIMIT));
    }

    Ticker ticker() {
        return ticker;
    }

    StuckConnectionMonitor monitor() {
        return monitor;
    }

    // ---- for connectors

    /** A connector takes connections from now on. */
    public void connectorStarted() {
        connectors.incrementAndGet();
    }

    /** It takes no more. */
    public void connectorStopped() {
        connectors.decrementAndGet();
        if (thread != null) thread.wake();
    }

    /** A connection was accepted; it is listed until {@link TrackedConnection#closed}. */
    public TrackedConnection track(MonitoredSocket socket) {
        TrackedConnection tracked = new TrackedConnection(this, socket, ids.incrementAndGet());
        connections.put(tracked.id(), tracked);
        if (thread != null) thread.start();
        return tracked;
    }

    void forget(TrackedConnection closed) {
        connections.remove(closed.id(), closed);
    }

    /** Until the server has stopped and no connection is left. */
    private boolean isNeeded() {
        return connectors.get() > 0 || !connections.isEmpty() || ending.isWaiting();
    }

    // ---- seeing

    @Override
    public int count() {
        return connections.size();
    }

    @Override
    public Map<ConnectionPhase, Integer> byPhase() {
        Map<ConnectionPhase, Integer> counts = new EnumMap<>(ConnectionPhase.class);
        for (ConnectionPhase phase : ConnectionPhase.values()) counts.put(phase, 0);
        for (TrackedConnection each : connections.values())
            counts.merge(each.state().phase(), 1, Integer::sum);
        return counts;
    }

    @Override
    public List<ConnectionSnapshot> snapshot() {
        List<ConnectionSnapshot> snapshots = new ArrayList<>(connections.size());
        for (TrackedConnection each : connections.values())
            snapshots.add(ConnectionView.snapshot(each));
        snapshots.sort(Comparator.comparingLong(ConnectionSnapshot::id));
        return snapshots;
    }

    @Override
    public Optional<ConnectionSnapshot> find(long id) {
        return Optional.ofNullable(connections.get(id)).map(ConnectionView::snapshot);
    }

    @Override
    public List<StackTraceElement> stack(long id) {
        TrackedConnection tracked = connections.get(id);
        return tracked == null ? List.of() : ConnectionView.stack(tracked);
    }

    // ---- ending

    @Override
    public boolean shutdown(long id, long epoch) {
        TrackedConnection tracked = connections.get(id);
        return tracked != null && ending.end(tracked, epoch, BY_HAND);
    }

    @Override
    public int shutdownStuck() {
        return shutdownAll(each -> each.isStuck(each.state().epoch()));
    }

    @Override
    public int shutdownRemote(String host) {
        return shutdownAll(
                each ->
                        !each.isUnguarded()
                                && each.socket().remote() instanceof InetSocketAddress inet
                                && PeerText.host(inet).equals(host));
    }

    private int shutdownAll(Predicate<TrackedConnection> which) {
        int ended = 0;
        for (TrackedConnection each : connections.values()) {
            long epoch = each.state().epoch();
            while (!each.isClosed() && !each.isEnded() && which.test(each)) {
                if (ending.end(each, epoch, BY_HAND)) ended++;
                epoch = each.state().epoch(); // it has moved on, and may still be one of those
            }
        }
        return ended;
    }

    // ---- hearing

    @Override
    public void addListener(StuckConnectionListener listener) {
        reports.add(listener);
    }

    @Override
    public void removeListener(StuckConnectionListener listener) {
        reports.remove(listener);
    }
}
