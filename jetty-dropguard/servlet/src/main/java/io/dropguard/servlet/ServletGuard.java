package io.dropguard.servlet;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.exchange.GuardedExchange;
import jakarta.servlet.ServletRequest;
import java.util.Optional;

/**
 * What a servlet or filter may ask about the request it handles. Thread-safe.
 *
 * <p>Every method but {@link #isGuarded} throws {@link IllegalStateException} in a server that is
 * not guarded.
 */
public final class ServletGuard {

    private ServletGuard() {}

    /** Whether the server is guarded, so that the other methods can be used. */
    public static boolean isGuarded(ServletRequest request) {
        return find(request).isPresent();
    }

    static Optional<GuardedExchange> find(ServletRequest request) {
        return request.getAttribute(GuardedExchange.ATTRIBUTE) instanceof GuardedExchange exchange
                ? Optional.of(exchange)
                : Optional.empty();
    }

    /** Tells when the work for this request is in vain. */
    public static CancellationToken token(ServletRequest request) {
        return exchange(request).token();
    }

    /** Whether and how the client was lost. */
    public static Optional<ClientLoss> loss(ServletRequest request) {
        return exchange(request).loss();
    }

    /**
     * Has {@code listener} called if the client is lost; at once, if it already is.
     *
     * @return closes to withdraw the listener
     */
    public static CancellationToken.Registration addListener(
            ServletRequest request, ClientLossListener listener) {
        requireNonNull(listener, "listener");
        return token(request)
                .onCancelled(
                        reason -> {
                            if (reason instanceof ClientLoss loss) listener.onClientLoss(loss);
                        });
    }

    /** Whether a loss interrupts the thread that handles this request, from now on. */
    public static void setInterrupt(ServletRequest request, boolean interrupt) {
        exchange(request).setInterrupt(interrupt);
    }

    private static GuardedExchange exchange(ServletRequest request) {
        return find(request)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "This server is not guarded (expected: DropGuard.create()"
                                                + ".installOn(server) before it starts)"));
    }
}
