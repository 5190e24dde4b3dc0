package io.dropguard.log;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.monitor.PeerCondition;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * What the guard knows of an exchange and the log tells: the one place where the log asks it.
 * Thread-safe.
 */
final class GuardFacts {
    private static final GuardFacts UNGUARDED = new GuardFacts(null);

    private final @Nullable GuardedExchange exchange;

    private GuardFacts(@Nullable GuardedExchange exchange) {
        this.exchange = exchange;
    }

    static GuardFacts of(Request request) {
        return GuardedExchange.find(request).map(GuardFacts::new).orElse(UNGUARDED);
    }

    /** Why its work was stopped, if it was. */
    Optional<CancellationReason> reason() {
        return exchange == null ? Optional.empty() : exchange.token().reason();
    }

    /** The milliseconds it was given, or -1 if there was no deadline. */
    long deadlineMillis() {
        return exchange == null ? -1 : exchange.permitted().map(Duration::toMillis).orElse(-1L);
    }

    /** What the kernel had found wrong with the client's end, or null if nothing. */
    @Nullable String peer() {
        PeerCondition peer = exchange == null ? PeerCondition.RESPONSIVE : exchange.peer();
        return peer == PeerCondition.RESPONSIVE ? null : peer.name().toLowerCase(Locale.ROOT);
    }

    /** Whether its socket is full; false if that is not known. */
    boolean isStalled() {
        return exchange != null && exchange.isStalled();
    }

    /** Heartbeats that were sent, or -1 if that is not known. */
    long heartbeats() {
        return exchange == null ? -1 : exchange.heartbeats();
    }
}
