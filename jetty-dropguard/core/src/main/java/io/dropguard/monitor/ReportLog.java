package io.dropguard.monitor;

import io.dropguard.cancel.Ticker;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes reports to the log: each in a line of its own as long as they are few, and when thousands
 * come at once, some of them and how many there were besides. Thread-safe.
 */
final class ReportLog {
    private static final Logger LOG = LoggerFactory.getLogger(StuckConnectionMonitor.class);

    /** 10: a screen of them, with stacks, and one more each second. */
    private static final int MOST_AT_ONCE = 10;

    /** 60: from a servlet down to Jetty's thread pool is seldom deeper. */
    private static final int MOST_FRAMES = 60;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Ticker ticker;
    private final Consumer<String> warning;
    private final Consumer<String> news;

    // guarded by this
    private final Map<StuckReport.Kind, Integer> untold = new EnumMap<>(StuckReport.Kind.class);
    private long freeNanos; // when all lines are free again
    private long summaryNanos; // when there may be a summary

    ReportLog(Ticker ticker) {
        this(ticker, LOG::warn, LOG::info);
    }

    ReportLog(Ticker ticker, Consumer<String> warning, Consumer<String> news) {
        this.ticker = ticker;
        this.warning = warning;
        this.news = news;
        freeNanos = summaryNanos = ticker.nanoTime();
    }

    synchronized void log(List<StuckReport> reports) {
        long now = ticker.nanoTime();
        for (StuckReport report : reports) {
            if (mayWrite(now)) write(report);
            else untold.merge(report.kind(), 1, Integer::sum);
        }
        if (untold.isEmpty() || summaryNanos - now > 0) return;
        summaryNanos = now + SECOND;
        StringBuilder line = new StringBuilder("Stuck connections not listed:");
        untold.forEach(
                (kind, count) -> line.append(' ').append(words(kind)).append(' ').append(count));
        warning.accept(line.toString());
        untold.clear();
    }

    // guarded by this
    private boolean mayWrite(long now) {
        long free = freeNanos - now > 0 ? freeNanos : now;
        if (free - now > (MOST_AT_ONCE - 1) * SECOND) return false;
        freeNanos = free + SECOND;
        return true;
    }

    private void write(StuckReport report) {
        switch (report.kind()) {
            case STUCK, STILL_STUCK -> warning.accept(stuck(report));
            case RECOVERED ->
                    news.accept(
                            previously(report) + ", moved on to " + report.connection().phase());
            case CLOSED ->
                    news.accept(
                            previously(report)
                                    + ", closed after "
                                    + seconds(report.connection().age().toMillis()));
            case SHUT_DOWN -> news.accept(shutDown(report));
        }
    }

    private static String stuck(StuckReport report) {
        StringBuilder text =
                new StringBuilder(name(report))
                        .append(' ')
                        .append(words(report.kind()))
                        .append(' ')
                        .append(inPhase(report))
                        .append(" (limit: ")
                        .append(report.limit())
                        .append(')')
                        .append(details(report.connection()));
        List<StackTraceElement> stack = report.stack();
        for (StackTraceElement frame : stack.subList(0, Math.min(stack.size(), MOST_FRAMES)))
            text.append("\n\tat ").append(frame);
        if (stack.size() > MOST_FRAMES)
            text.append("\n\t... ").append(stack.size() - MOST_FRAMES).append(" more");
        return text.toString();
    }

    private static String previously(StuckReport report) {
        return name(report) + " previously stuck " + inPhase(report);
    }

    private static String shutDown(StuckReport report) {
        return name(report)
                + " shut down "
                + inPhase(report)
                + " ("
                + report.limit()
                + ")"
                + details(report.connection());
    }

    private static String name(StuckReport report) {
        ConnectionSnapshot connection = report.connection();
        String remote = connection.remote();
        return "Connection " + connection.id() + (remote == null ? "" : " from " + remote);
    }

    private static String inPhase(StuckReport report) {
        return "in " + report.phase() + " for " + seconds(report.stuckFor().toMillis());
    }

    private static String details(ConnectionSnapshot connection) {
        StringBuilder text = new StringBuilder();
        if (connection.peer() != PeerCondition.RESPONSIVE)
            text.append(", client ").append(connection.peer().words());
        text.append(": ").append(connection.protocol());
        if (connection.method() != null)
            text.append(' ').append(connection.method()).append(' ').append(connection.path());
        text.append(", requests ").append(connection.requests());
        if (connection.streams() > 1) text.append(", streams ").append(connection.streams());
        text.append(", bytes read ").append(connection.bytesRead());
        text.append(", written ").append(connection.bytesWritten());
        if (connection.thread() != null) text.append(", thread ").append(connection.thread());
        return text.toString();
    }

    private static String words(StuckReport.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** To the tenth; from ten seconds on whole ones. */
    static String seconds(long millis) {
        return millis >= 10_000
                ? millis / 1000 + " s"
                : millis / 1000 + "." + millis % 1000 / 100 + " s";
    }
}
