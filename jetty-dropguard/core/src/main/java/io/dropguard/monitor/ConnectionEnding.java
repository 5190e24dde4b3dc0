package io.dropguard.monitor;

import io.dropguard.cancel.StuckConnection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Shuts connections down that have not moved on: what their requests compute is cancelled, then
 * their sockets are shut down, and what goes on all the same is interrupted later. Thread-safe.
 */
final class ConnectionEnding {
    private final long interruptNanos; // after the phase was entered; -1 for never
    private final StuckReports reports;
    private final Queue<TrackedConnection> working = new ConcurrentLinkedQueue<>();

    ConnectionEnding(MonitorConfig config, StuckReports reports) {
        interruptNanos = config.interrupt() == null ? -1 : config.interrupt().toNanos();
        this.reports = reports;
    }

    /**
     * Shuts a connection down, if it has not moved on since this epoch.
     *
     * @param why that it is over a limit, or by hand
     * @return false if it has moved on, or is being shut down already
     */
    boolean end(TrackedConnection connection, long epoch, String why) {
        // T1, here, decides it; T2 enters a phase: if T2 is first this is not done, and if T1 is,
        // T2 learns that it comes too late, and nothing more is written.
        if (!connection.state().end(epoch)) return false;
        StuckConnection reason = connection.reason();
        ConnectionPhase phase = PhaseState.phase(epoch);
        StuckReport report =
                new StuckReport(
                        StuckReport.Kind.SHUT_DOWN,
                        ConnectionView.snapshot(connection),
                        phase,
                        reason.after(),
                        why,
                        phase == ConnectionPhase.COMPUTING
                                ? ConnectionView.stack(connection)
                                : List.of());
        connection
                .current()
                .all()
                .forEach(each -> each.stuck(reason)); // first: that its client is gone then is our
        // doing
        connection.socket().shutdown(phase);
        if (interruptNanos >= 0 && connection.current().count() > 0) working.add(connection);
        reports.tell(List.of(report));
        return true;
    }

    /** Interrupts the work that has gone on for too long. */
    void interruptOverdue(long now) {
        if (interruptNanos < 0) return;
        working.removeIf(
                each -> {
                    if (each.current().count() == 0) return true; // it is over
                    long since = PhaseState.sinceNanos(each.state().epoch());
                    if (now - since <= interruptNanos) return false;
                    each.current().all().forEach(MonitoredExchange::interrupt);
                    return true;
                });
    }

    /** Whether some work goes on that may have to be interrupted. */
    boolean isWaiting() {
        return !working.isEmpty();
    }
}
