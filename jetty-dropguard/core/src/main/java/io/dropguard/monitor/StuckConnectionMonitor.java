package io.dropguard.monitor;

import io.dropguard.cancel.Ticker;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Looks at all connections again and again, tells of those that are stuck and ends them where that
 * is wanted. Confined to one thread.
 */
final class StuckConnectionMonitor {
    private static final Comparator<StuckReport> LONGEST_FIRST =
            Comparator.comparing(StuckReport::stuckFor).reversed();

    private final MonitorConfig config;
    private final Ticker ticker;
    private final Collection<TrackedConnection> connections;
    private final StuckLimits limits;
    private final StuckReports reports;
    private final ConnectionEnding ending;
    private final Map<TrackedConnection, StuckRecord> stuck = new HashMap<>();

    StuckConnectionMonitor(
            MonitorConfig config,
            Ticker ticker,
            Collection<TrackedConnection> connections,
            StuckReports reports,
            ConnectionEnding ending) {
        this.config = config;
        this.ticker = ticker;
        this.connections = connections;
        this.limits = new StuckLimits(config);
        this.reports = reports;
        this.ending = ending;
    }

    /** Looks once. */
    void look() {
        long now = ticker.nanoTime();
        List<StuckReport> news = new ArrayList<>();
        List<StuckRecord> toEnd = new ArrayList<>();
        for (TrackedConnection each : connections) {
            if (each.state().isEnded()) stuck.remove(each); // and that was told
            else look(each, now, news, toEnd);
        }
        forgetClosed(now, news);
        if (!news.isEmpty()) {
            news.sort(LONGEST_FIRST);
            reports.tell(news);
        }
        for (StuckRecord record : toEnd) end(record);
        ending.interruptOverdue(now);
    }

    private void look(
            TrackedConnection connection,
            long now,
            List<StuckReport> news,
            List<StuckRecord> toEnd) {
        StuckRecord found = limits.judge(connection, now);
        StuckRecord known = stuck.get(connection);
        if (found == null && known == null) return;
        if (known != null && (found == null || !known.isSame(found))) {
            stuck.remove(connection);
            connection.stuck(null);
            long moved = PhaseState.sinceNanos(connection.state().epoch());
            news.add(
                    known.report(
                            StuckReport.Kind.RECOVERED,
                            ConnectionView.snapshot(connection),
                            known.isByRate() ? now : moved));
            known = null;
        }
        if (found == null) return;
        if (known == null) {
            stuck.put(connection, found);
            connection.stuck(found);
            news.add(
                    found.report(StuckReport.Kind.STUCK, ConnectionView.snapshot(connection), now));
        } else if (known.isDue(now)) {
            news.add(
                    known.report(
                            StuckReport.Kind.STILL_STUCK,
                            ConnectionView.snapshot(connection),
                            now));
        }
        if (config.actionIn(found.phase()) == StuckAction.SHUTDOWN) toEnd.add(found);
    }

    private void forgetClosed(long now, List<StuckReport> news) {
        for (Iterator<StuckRecord> i = stuck.values().iterator(); i.hasNext(); ) {
            StuckRecord record = i.next();
            TrackedConnection connection = record.connection();
            if (!connection.isClosed()) continue;
            i.remove();
            if (!connection.state().isEnded())
                news.add(
                        record.report(
                                StuckReport.Kind.CLOSED, ConnectionView.snapshot(connection), now));
        }
    }

    private void end(StuckRecord record) {
        if (ending.end(record.connection(), record.epoch(), "limit: " + record.limit()))
            stuck.remove(record.connection());
    }
}
