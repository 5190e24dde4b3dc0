package io.dropguard.log;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.Cancelled;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.cancel.ServerStopping;
import io.dropguard.cancel.StuckConnection;
import java.util.Locale;

/** How an exchange ended. */
public enum Outcome {
    /** The whole answer was written, whatever its status. */
    COMPLETED,
    /** The client left before it had its answer. */
    CLIENT_LOST,
    /** The answer was not finished in time. */
    DEADLINE_EXPIRED,
    /** The application threw, failed its callback, or broke its answer off. */
    FAILED,
    /** The connection sat in one state for too long and was shut down. */
    STUCK,
    /** The server stopped first. */
    SERVER_STOPPED,
    /** The application itself gave the work up. */
    CANCELLED,
    /** Jetty refused the request before any handler saw it: it could not be parsed, for example. */
    REJECTED;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The name that records carry, such as {@code client_lost}. */
    public String label() {
        return label;
    }

    static Outcome of(CancellationReason reason) {
        // one line to add when a reason is added: the interface is sealed, but Java 17 cannot
        // switch
        if (reason instanceof ClientLoss) return CLIENT_LOST;
        if (reason instanceof DeadlineExpired) return DEADLINE_EXPIRED;
        if (reason instanceof StuckConnection) return STUCK;
        if (reason instanceof ServerStopping) return SERVER_STOPPED;
        if (reason instanceof Cancelled) return CANCELLED;
        throw new IllegalArgumentException(
                "reason: " + reason + " (expected: one with an outcome)");
    }
}
