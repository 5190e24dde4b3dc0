package io.dropguard.monitor;

import io.dropguard.cancel.StuckConnection;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Knows the live connections of a guard, and ends them. Thread-safe. */
public final class ConnectionRegistry implements Connections {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionRegistry.class);

    private static final String BY_HAND = "by hand";

    private final Ticker ticker;
    private final Map<Long, TrackedConnection> connections = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final List<StuckConnectionListener> listeners = new CopyOnWriteArrayList<>();

    public ConnectionRegistry() {
        this(Ticker.system());
    }

    ConnectionRegistry(Ticker ticker) {
        this.ticker = ticker;
    }

    Ticker ticker() {
        return ticker;
    }

    Duration since(long nanos) {
        return Duration.ofNanos(Math.max(0, ticker.nanoTime() - nanos));
    }

    // ---- for connectors

    /** A connection was accepted; it is listed until {@link TrackedConnection#closed}. */
    public TrackedConnection track(MonitoredSocket socket) {
        TrackedConnection tracked = new TrackedConnection(this, socket, ids.incrementAndGet());
        connections.put(tracked.id(), tracked);
        return tracked;
    }

    void forget(TrackedConnection closed) {
        connections.remove(closed.id(), closed);
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
        for (TrackedConnection each : connections.values()) snapshots.add(snapshot(each));
        snapshots.sort(Comparator.comparingLong(ConnectionSnapshot::id));
        return snapshots;
    }

    @Override
    public Optional<ConnectionSnapshot> find(long id) {
        return Optional.ofNullable(connections.get(id)).map(this::snapshot);
    }

    @Override
    public List<StackTraceElement> stack(long id) {
        TrackedConnection tracked = connections.get(id);
        return tracked == null ? List.of() : stack(tracked);
    }

    private static List<StackTraceElement> stack(TrackedConnection tracked) {
        MonitoredExchange exchange = tracked.exchange();
        Thread thread = exchange == null ? null : exchange.thread();
        return thread == null ? List.of() : List.of(thread.getStackTrace());
    }

    private ConnectionSnapshot snapshot(TrackedConnection tracked) {
        long epoch = tracked.state().epoch();
        MonitoredExchange exchange = tracked.exchange();
        Thread thread = exchange == null ? null : exchange.thread();
        String path = exchange == null ? null : exchange.path();
        return new ConnectionSnapshot(
                tracked.id(),
                epoch,
                tracked.protocol(),
                PeerText.address(tracked.socket().remote()),
                PeerText.address(tracked.socket().local()),
                PhaseState.phase(epoch),
                since(PhaseState.sinceNanos(epoch)),
                since(tracked.createdNanos()),
                tracked.traffic().read(),
                tracked.bytesWritten(),
                tracked.traffic().requests(),
                exchange == null ? null : PeerText.escape(exchange.method()),
                path == null ? null : PeerText.escape(path),
                thread == null ? null : thread.getName(),
                tracked.streams(),
                tracked.isStuck(epoch));
    }

    // ---- ending

    @Override
    public boolean shutdown(long id, long epoch) {
        TrackedConnection tracked = connections.get(id);
        return tracked != null && shutdown(tracked, epoch, BY_HAND);
    }

    @Override
    public int shutdownStuck() {
        int ended = 0;
        for (TrackedConnection each : connections.values()) {
            long epoch = each.state().epoch();
            if (each.isStuck(epoch) && shutdown(each, epoch, BY_HAND)) ended++;
        }
        return ended;
    }

    @Override
    public int shutdownRemote(String host) {
        return shutdownAll(each -> host.equals(host(each)) && !each.isUnguarded());
    }

    private static @Nullable String host(TrackedConnection tracked) {
        return tracked.socket().remote() instanceof InetSocketAddress inet
                ? PeerText.host(inet)
                : null;
    }

    private int shutdownAll(Predicate<TrackedConnection> which) {
        int ended = 0;
        for (TrackedConnection each : connections.values()) {
            if (!which.test(each)) continue;
            while (!each.isEnded() && connections.containsKey(each.id()))
                if (shutdown(each, each.state().epoch(), BY_HAND)) {
                    ended++;
                    break;
                }
        }
        return ended;
    }

    private boolean shutdown(TrackedConnection tracked, long epoch, String why) {
        if (!tracked.state().end(epoch)) return false;
        StuckConnection reason = tracked.reason();
        ConnectionPhase phase = PhaseState.phase(epoch);
        StuckReport report =
                new StuckReport(
                        StuckReport.Kind.SHUT_DOWN,
                        snapshot(tracked),
                        phase,
                        reason.after(),
                        why,
                        phase == ConnectionPhase.COMPUTING ? stack(tracked) : List.of());
        tracked.cancel(reason); // first: that its client is gone then is our doing
        tracked.socket().shutdown(phase);
        LOG.debug("connection {}: {}", tracked.id(), reason.describe());
        tell(report);
        return true;
    }

    private void tell(StuckReport report) {
        for (StuckConnectionListener each : listeners)
            try {
                each.report(report);
            } catch (RuntimeException thrown) {
                LOG.warn("A listener for stuck connections threw; the others still hear", thrown);
            }
    }

    // ---- hearing

    @Override
    public void addListener(StuckConnectionListener listener) {
        listeners.add(listener);
    }

    @Override
    public void removeListener(StuckConnectionListener listener) {
        listeners.remove(listener);
    }
}
