package io.dropguard.it.vanished;

import io.dropguard.DropGuard;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.LogConfig;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.PeerCondition;
import io.dropguard.monitor.StuckReport;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** What people see of clients: snapshots, reports of stuck connections, the log. Thread-safe. */
final class Shown {
    private final List<DropGuard> guards = new CopyOnWriteArrayList<>();
    private final List<StuckReport> reports = new CopyOnWriteArrayList<>();
    private final List<String> records = new CopyOnWriteArrayList<>();

    /** One of the guards that show it; writes are stuck after a second. */
    DropGuard of(DropGuard.Builder builder) {
        DropGuard guard =
                builder.set("stuck-writing", "1s")
                        .log(
                                new ExchangeLog(
                                        LogConfig.DEFAULT, record -> records.add(record.toJson())))
                        .build();
        guard.connections().addListener(reports::add);
        guards.add(guard);
        return guard;
    }

    /** The conditions of all clients, by now. */
    List<PeerCondition> now() {
        return guards.stream()
                .flatMap(guard -> guard.connections().snapshot().stream())
                .map(ConnectionSnapshot::peer)
                .toList();
    }

    /** Those that reports have told so far. */
    Set<PeerCondition> reported() {
        return reports.stream()
                .map(report -> report.connection().peer())
                .collect(Collectors.toSet());
    }

    List<String> records() {
        return records;
    }
}
