package io.dropguard.console;

import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Connections at one moment, and those of them that were asked for. Immutable.
 *
 * @param matching how many were asked for
 * @param shown the first of them
 */
record ConnectionView(List<ConnectionSnapshot> all, int matching, List<ConnectionSnapshot> shown) {

    int count() {
        return all.size();
    }

    int stuck() {
        return (int) all.stream().filter(ConnectionSnapshot::stuck).count();
    }

    Map<ConnectionPhase, Integer> byPhase() {
        Map<ConnectionPhase, Integer> counts = new EnumMap<>(ConnectionPhase.class);
        for (ConnectionPhase phase : ConnectionPhase.values()) counts.put(phase, 0);
        for (ConnectionSnapshot connection : all) counts.merge(connection.phase(), 1, Integer::sum);
        return counts;
    }
}
