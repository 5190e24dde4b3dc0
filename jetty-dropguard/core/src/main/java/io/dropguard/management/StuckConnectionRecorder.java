package io.dropguard.management;

import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.StuckConnectionListener;
import io.dropguard.monitor.StuckReport;
import java.util.stream.Collectors;

/** Tells JDK Flight Recorder of stuck connections. Thread-safe. */
public final class StuckConnectionRecorder implements StuckConnectionListener {
    /** Run-time images may be linked without it. */
    private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    @Override
    public void report(StuckReport report) {
        if (!PRESENT) return;
        StuckConnectionEvent event = new StuckConnectionEvent();
        if (!event.shouldCommit()) return;
        ConnectionSnapshot connection = report.connection();
        event.kind = report.kind().name();
        event.connection = connection.id();
        event.phase = report.phase().name();
        event.stuckFor = report.stuckFor().toNanos();
        event.limit = report.limit();
        event.remote = connection.remote();
        event.peer = connection.peer().name();
        event.method = connection.method();
        event.path = connection.path();
        if (!report.stack().isEmpty())
            event.stack =
                    report.stack().stream()
                            .map(StackTraceElement::toString)
                            .collect(Collectors.joining("\n"));
        event.commit();
    }
}
