package io.dropguard.spring.mvc;

import io.dropguard.cancel.ClientLoss;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.spring.ClientLossEvent;
import io.dropguard.spring.CurrentToken;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.eclipse.jetty.io.QuietException;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Around all that an application does for a request: has {@link CurrentToken} known, publishes a
 * {@link ClientLossEvent}, and keeps what work in vain ends with from being logged as an error.
 * Thread-safe.
 */
public final class TokenFilter implements Filter {
    private static final String SEEN = TokenFilter.class.getName() + ".seen";

    private final ApplicationEventPublisher events;

    public TokenFilter(ApplicationEventPublisher events) {
        this.events = events;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        GuardedExchange exchange = Exchanges.find(request);
        if (exchange == null) {
            chain.doFilter(request, response);
            return;
        }
        if (request.getAttribute(SEEN) == null) {
            request.setAttribute(SEEN, true);
            if (request instanceof HttpServletRequest http) publishLoss(http, exchange);
        }
        try (CurrentToken.Scope scope = CurrentToken.open(exchange.token())) {
            chain.doFilter(request, response);
        } catch (VirtualMachineError broken) {
            throw broken;
        } catch (Throwable thrown) {
            IOException quiet =
                    QuietException.isQuiet(thrown) ? null : Exchanges.whyInVain(exchange);
            if (quiet == null) throw thrown;
            quiet.addSuppressed(thrown);
            throw quiet;
        }
    }

    private void publishLoss(HttpServletRequest request, GuardedExchange exchange) {
        String method = request.getMethod(); // later the request may be another's
        String path = request.getRequestURI();
        exchange.token()
                .onCancelled(
                        reason -> {
                            if (reason instanceof ClientLoss loss)
                                events.publishEvent(new ClientLossEvent(loss, method, path));
                        });
    }
}
