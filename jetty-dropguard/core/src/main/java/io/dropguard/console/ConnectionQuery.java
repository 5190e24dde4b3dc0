package io.dropguard.console;

import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.PeerCondition;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;

/**
 * Which connections are asked for, in which order. Immutable.
 *
 * @param filter that some text of the connection contains, in lower case
 * @param phases in which it is
 * @param stuckOnly whether it is stuck
 * @param order of those that are shown
 * @param limit the most that are shown
 */
record ConnectionQuery(
        String filter,
        Set<ConnectionPhase> phases,
        boolean stuckOnly,
        Comparator<ConnectionSnapshot> order,
        int limit) {
    /** 200: more than a person reads, and little to send each second. */
    private static final int USUAL_LIMIT = 200;

    private static final int HIGHEST_LIMIT = 10_000;

    /** What somebody looks for who looks for nothing in particular. */
    private static final Comparator<ConnectionSnapshot> WORST_FIRST =
            Comparator.comparing(ConnectionSnapshot::stuck)
                    .thenComparing(ConnectionSnapshot::inPhase)
                    .reversed();

    private static final Map<String, Comparator<ConnectionSnapshot>> ORDERS =
            Map.of(
                    "id", Comparator.comparingLong(ConnectionSnapshot::id),
                    "phase", Comparator.comparing(ConnectionSnapshot::phase),
                    "in_phase", Comparator.comparing(ConnectionSnapshot::inPhase),
                    "age", Comparator.comparing(ConnectionSnapshot::age),
                    "remote", byText(ConnectionSnapshot::remote),
                    "request", byText(ConnectionSnapshot::path),
                    "requests", Comparator.comparingLong(ConnectionSnapshot::requests),
                    "read", Comparator.comparingLong(ConnectionSnapshot::bytesRead),
                    "written", Comparator.comparingLong(ConnectionSnapshot::bytesWritten));

    private interface TextOf {
        @Nullable String of(ConnectionSnapshot connection);
    }

    private static Comparator<ConnectionSnapshot> byText(TextOf text) {
        return Comparator.comparing(
                connection -> {
                    String found = text.of(connection);
                    return found == null ? "" : found;
                });
    }

    /**
     * @throws IllegalArgumentException if a parameter does not fit
     */
    static ConnectionQuery of(Fields parameters) {
        return new ConnectionQuery(
                value(parameters, "filter", "").toLowerCase(Locale.ROOT),
                phases(value(parameters, "phase", "")),
                flag(value(parameters, "stuck", "false")),
                order(value(parameters, "sort", "")),
                limit(value(parameters, "limit", "")));
    }

    private static String value(Fields parameters, String name, String otherwise) {
        String value = parameters.getValue(name);
        return value == null ? otherwise : value.strip();
    }

    private static Set<ConnectionPhase> phases(String names) {
        if (names.isEmpty()) return EnumSet.allOf(ConnectionPhase.class);
        Set<ConnectionPhase> phases = EnumSet.noneOf(ConnectionPhase.class);
        for (String name : names.split(",", -1)) phases.add(phase(name.strip()));
        return phases;
    }

    private static ConnectionPhase phase(String name) {
        for (ConnectionPhase phase : ConnectionPhase.values())
            if (ConsoleJson.name(phase).equals(name)) return phase;
        throw new IllegalArgumentException("phase: unknown (expected: such as reading_headers)");
    }

    private static boolean flag(String value) {
        if (value.equals("true")) return true;
        if (value.equals("false")) return false;
        throw new IllegalArgumentException("stuck: unknown (expected: true or false)");
    }

    private static Comparator<ConnectionSnapshot> order(String name) {
        if (name.isEmpty()) return WORST_FIRST;
        boolean descending = name.startsWith("-");
        Comparator<ConnectionSnapshot> order = ORDERS.get(descending ? name.substring(1) : name);
        if (order == null)
            throw new IllegalArgumentException(
                    "sort: unknown (expected: one of "
                            + ORDERS.keySet().stream().sorted().toList()
                            + ", or with - before it)");
        return (descending ? order.reversed() : order).thenComparing(ConnectionSnapshot::id);
    }

    private static int limit(String value) {
        if (value.isEmpty()) return USUAL_LIMIT;
        try {
            int limit = Integer.parseInt(value);
            if (limit >= 1 && limit <= HIGHEST_LIMIT) return limit;
        } catch (NumberFormatException malformed) {
            // told below
        }
        throw new IllegalArgumentException("limit: wrong (expected: 1.." + HIGHEST_LIMIT + ")");
    }

    ConnectionView view(List<ConnectionSnapshot> all) {
        List<ConnectionSnapshot> matching =
                all.stream().filter(this::matches).sorted(order).toList();
        return new ConnectionView(all, matching.size(), matching.stream().limit(limit).toList());
    }

    private boolean matches(ConnectionSnapshot connection) {
        return phases.contains(connection.phase())
                && (!stuckOnly || connection.stuck())
                && (filter.isEmpty() || contains(connection));
    }

    private boolean contains(ConnectionSnapshot connection) {
        return contains(connection.remote())
                || contains(connection.local())
                || contains(connection.protocol())
                || contains(connection.method())
                || contains(connection.path())
                || contains(connection.thread())
                || (connection.peer() != PeerCondition.RESPONSIVE
                        && contains(connection.peer().words()));
    }

    private boolean contains(@Nullable String text) {
        return text != null && text.toLowerCase(Locale.ROOT).contains(filter);
    }
}
