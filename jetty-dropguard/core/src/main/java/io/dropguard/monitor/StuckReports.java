package io.dropguard.monitor;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells those that want to know, and the log, of stuck connections. Thread-safe. */
final class StuckReports {
    private static final Logger LOG = LoggerFactory.getLogger(StuckReports.class);

    private final List<StuckConnectionListener> listeners = new CopyOnWriteArrayList<>();
    private final ReportLog log;

    StuckReports(ReportLog log) {
        this.log = log;
    }

    void add(StuckConnectionListener listener) {
        listeners.add(listener);
    }

    void remove(StuckConnectionListener listener) {
        listeners.remove(listener);
    }

    /** In this order; not all of them need have their own line in the log. */
    void tell(List<StuckReport> reports) {
        for (StuckReport report : reports)
            for (StuckConnectionListener each : listeners)
                try {
                    each.report(report);
                } catch (RuntimeException thrown) {
                    LOG.warn(
                            "A listener for stuck connections threw; the others still hear",
                            thrown);
                }
        log.log(reports);
    }
}
