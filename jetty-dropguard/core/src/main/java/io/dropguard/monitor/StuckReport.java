package io.dropguard.monitor;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * What became of a connection that is stuck, or was. Immutable.
 *
 * @param kind what happened
 * @param connection as it is now, or was last
 * @param phase in which it is or was stuck
 * @param stuckFor how long it has been in that phase, or was
 * @param limit that it is over, such as {@code 10 s} or {@code 500 bytes/s}
 * @param stack of the handling thread, innermost first, if it is stuck in {@link
 *     ConnectionPhase#COMPUTING}; else empty
 */
public record StuckReport(
        Kind kind,
        ConnectionSnapshot connection,
        ConnectionPhase phase,
        Duration stuckFor,
        String limit,
        List<StackTraceElement> stack) {

    /** What happened. */
    public enum Kind {
        /** It went over a limit. Once for each time. */
        STUCK,
        /** It still is; told at intervals that double. */
        STILL_STUCK,
        /** It moved on by itself. */
        RECOVERED,
        /** It closed by itself. */
        CLOSED,
        /** It was shut down, by the monitor or by hand. */
        SHUT_DOWN
    }

    public StuckReport {
        requireNonNull(kind, "kind");
        requireNonNull(connection, "connection");
        requireNonNull(phase, "phase");
        requireNonNull(limit, "limit");
        stack = List.copyOf(stack);
    }
}
