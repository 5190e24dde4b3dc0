package io.dropguard.spring.actuate;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.exchange.GuardedExchange;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * Spring's convention, and how the request ended as the guard knows it: {@code dropguard.outcome}
 * is {@code completed}, {@code client_lost}, {@code deadline_expired} or {@code cancelled}.
 * Thread-safe.
 *
 * <p>The status alone says nothing of it: what was answered to a client that had left may well be
 * 200.
 */
public final class GuardObservationConvention extends DefaultServerRequestObservationConvention {
    /** The key of what it adds. */
    public static final String OUTCOME = "dropguard.outcome";

    /**
     * Names observations as the default one does.
     *
     * @param name such as {@code http.server.requests}
     */
    public GuardObservationConvention(String name) {
        super(name);
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(ServerRequestObservationContext context) {
        return super.getLowCardinalityKeyValues(context)
                .and(KeyValue.of(OUTCOME, outcome(context.getCarrier())));
    }

    private static String outcome(@Nullable HttpServletRequest request) {
        if (request == null
                || !(request.getAttribute(GuardedExchange.ATTRIBUTE)
                        instanceof GuardedExchange exchange)) return "completed";
        CancellationReason reason = exchange.token().reason().orElse(null);
        if (reason == null) return "completed";
        if (reason instanceof ClientLoss) return "client_lost";
        return reason instanceof DeadlineExpired ? "deadline_expired" : "cancelled";
    }
}
