package io.dropguard.spring.mvc;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.exchange.ClientLostException;
import io.dropguard.exchange.DeadlineExpiredException;
import io.dropguard.exchange.GuardedExchange;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;

/** The exchanges of requests, where they have one: a test's made-up request has none. */
final class Exchanges {
    private Exchanges() {}

    static @Nullable GuardedExchange find(ServletRequest request) {
        return request.getAttribute(GuardedExchange.ATTRIBUTE) instanceof GuardedExchange exchange
                ? exchange
                : null;
    }

    /** The request's token, or one that is never cancelled. */
    static CancellationToken token(NativeWebRequest request) {
        ServletRequest servlet = request.getNativeRequest(ServletRequest.class);
        GuardedExchange exchange = servlet == null ? null : find(servlet);
        return exchange == null ? CancellationToken.none() : exchange.token();
    }

    /** Why nobody reads what is answered, quietly, or null if somebody does. */
    static @Nullable IOException whyInVain(GuardedExchange exchange) {
        CancellationReason reason = exchange.token().reason().orElse(null);
        if (reason instanceof ClientLoss loss) return new ClientLostException(loss);
        if (reason instanceof DeadlineExpired expired) return new DeadlineExpiredException(expired);
        return null;
    }
}
