package io.dropguard.monitor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each request of an HTTP/2 connection is doing. Thread-safe. */
final class SharedStreams {
    // guarded by this; the oldest first
    private final Map<MonitoredExchange, ConnectionPhase> phases = new LinkedHashMap<>();

    synchronized void add(MonitoredExchange begun) {
        phases.put(begun, ConnectionPhase.COMPUTING);
    }

    synchronized boolean remove(MonitoredExchange ended) {
        return phases.remove(ended) != null;
    }

    /** Whether that is news. */
    synchronized boolean set(MonitoredExchange exchange, ConnectionPhase phase) {
        ConnectionPhase before = phases.replace(exchange, phase);
        return before != null && before != phase;
    }

    /** It computes again, if it was in this phase; whether that is news. */
    synchronized boolean unset(MonitoredExchange exchange, ConnectionPhase phase) {
        return phases.replace(exchange, phase, ConnectionPhase.COMPUTING);
    }

    /** Computing if one of them computes, and else what the oldest waits for. */
    synchronized ConnectionPhase phase() {
        if (phases.isEmpty()) return ConnectionPhase.IDLE;
        return phases.containsValue(ConnectionPhase.COMPUTING)
                ? ConnectionPhase.COMPUTING
                : phases.values().iterator().next();
    }

    synchronized int count() {
        return phases.size();
    }

    synchronized @Nullable MonitoredExchange oldest() {
        return phases.isEmpty() ? null : phases.keySet().iterator().next();
    }

    synchronized List<MonitoredExchange> all() {
        return List.copyOf(phases.keySet());
    }
}
