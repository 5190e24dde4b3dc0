package io.dropguard.console;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.PeerCondition;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Connections as text, for terminals. Immutable. */
final class ConnectionTable {
    /** 40: an IPv6 address in brackets and its port nearly always fit. */
    private static final int LONGEST_ADDRESS = 40;

    private static final int LONGEST_REQUEST = 100;

    private ConnectionTable() {}

    static String of(ConnectionView view, GuardStatistics statistics) {
        StringBuilder text = new StringBuilder();
        text.append(connections(view)).append('\n').append(exchanges(statistics)).append("\n\n");
        text.append(
                row(
                        "",
                        "ID",
                        "PHASE",
                        "FOR",
                        "AGE",
                        "REMOTE",
                        "CLIENT",
                        "PROTOCOL",
                        "REQS",
                        "READ",
                        "WRITTEN",
                        "REQUEST"));
        for (ConnectionSnapshot connection : view.shown()) text.append(row(connection));
        int hidden = view.matching() - view.shown().size();
        if (hidden > 0) text.append("  and ").append(hidden).append(" more\n");
        return text.toString();
    }

    /** One connection and what its thread is doing. */
    static String of(ConnectionSnapshot connection, List<StackTraceElement> stack) {
        StringBuilder text = new StringBuilder(row(connection));
        if (connection.thread() != null)
            text.append("\nthread ")
                    .append(SafeText.line(connection.thread(), LONGEST_REQUEST))
                    .append('\n');
        for (StackTraceElement frame : stack) text.append("    at ").append(frame).append('\n');
        return text.toString();
    }

    private static String connections(ConnectionView view) {
        String phases =
                view.byPhase().entrySet().stream()
                        .filter(phase -> phase.getValue() > 0)
                        .map(phase -> phase.getValue() + " " + words(phase.getKey()))
                        .collect(Collectors.joining(", "));
        return view.count()
                + (view.count() == 1 ? " connection" : " connections")
                + (phases.isEmpty() ? "" : ": " + phases)
                + "; "
                + view.stuck()
                + " stuck";
    }

    private static String exchanges(GuardStatistics statistics) {
        Map<Signal, Long> losses = statistics.losses();
        String signals =
                losses.entrySet().stream()
                        .filter(loss -> loss.getValue() > 0)
                        .map(loss -> ConsoleJson.name(loss.getKey()) + " " + loss.getValue())
                        .collect(Collectors.joining(", "));
        return statistics.exchanges()
                + " exchanges, "
                + statistics.active()
                + " active; "
                + History.lost(statistics)
                + " clients lost"
                + (signals.isEmpty() ? "" : " (" + signals + ")")
                + ", work ran on for "
                + time(statistics.ranOn())
                + "; "
                + statistics.interrupts()
                + " interrupts, "
                + statistics.deadlines()
                + " deadlines, "
                + statistics.heartbeats()
                + " heartbeats";
    }

    private static String row(ConnectionSnapshot connection) {
        return row(
                connection.shutDown() ? "x" : connection.stuck() ? "!" : "",
                connection.id(),
                words(connection.phase()),
                time(connection.inPhase()),
                time(connection.age()),
                line(connection.remote(), LONGEST_ADDRESS),
                peer(connection),
                line(connection.protocol(), LONGEST_ADDRESS),
                connection.requests(),
                bytes(connection.bytesRead()),
                bytes(connection.bytesWritten()),
                line(request(connection), LONGEST_REQUEST));
    }

    private static String row(Object... cells) {
        return String.format(
                                Locale.ROOT,
                                "%1s %6s  %-15s %8s %8s  %-21s %-11s %-8s %6s %9s %9s  %s",
                                cells)
                        .stripTrailing()
                + "\n";
    }

    private static String peer(ConnectionSnapshot connection) {
        PeerCondition peer = connection.peer();
        return peer == PeerCondition.RESPONSIVE ? "" : peer.words();
    }

    private static String request(ConnectionSnapshot connection) {
        if (connection.method() == null) return "";
        String path = connection.path() == null ? "" : " " + connection.path();
        return connection.method()
                + path
                + (connection.streams() > 1 ? " and " + (connection.streams() - 1) + " more" : "");
    }

    private static String line(@Nullable String text, int longest) {
        return text == null ? "" : SafeText.line(text, longest);
    }

    private static String words(ConnectionPhase phase) {
        return ConsoleJson.name(phase).replace('_', ' ');
    }

    /** Three digits or so, and a unit. */
    static String time(Duration time) {
        long millis = time.toMillis();
        if (millis < 1_000) return millis + " ms";
        if (millis < 120_000) return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
        if (time.toMinutes() < 120) return time.toMinutes() + " min";
        return time.toHours() < 48 ? time.toHours() + " h" : time.toDays() + " d";
    }

    static String bytes(long bytes) {
        if (bytes < 1_024) return bytes + " B";
        double scaled = bytes / 1_024.0;
        for (String unit : List.of("KiB", "MiB", "GiB")) {
            if (scaled < 1_024) return String.format(Locale.ROOT, "%.1f %s", scaled, unit);
            scaled /= 1_024;
        }
        return String.format(Locale.ROOT, "%.1f TiB", scaled);
    }
}
