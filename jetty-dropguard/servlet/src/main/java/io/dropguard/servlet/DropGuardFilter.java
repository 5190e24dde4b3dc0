package io.dropguard.servlet;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.exchange.ClientLostException;
import io.dropguard.exchange.DeadlineExpiredException;
import io.dropguard.exchange.GuardedExchange;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jetty.io.QuietException;
import org.jspecify.annotations.Nullable;

/**
 * Sets in {@code web.xml}, or by annotation, what clients that wait may expect on the paths it is
 * mapped to. Thread-safe.
 *
 * <pre>{@code
 * <filter>
 *   <filter-name>reports</filter-name>
 *   <filter-class>io.dropguard.servlet.DropGuardFilter</filter-class>
 *   <async-supported>true</async-supported>
 *   <init-param><param-name>heartbeat</param-name><param-value>auto</param-value></init-param>
 *   <init-param><param-name>heartbeat-interval</param-name><param-value>5s</param-value></init-param>
 *   <init-param><param-name>response-deadline</param-name><param-value>2m</param-value></init-param>
 * </filter>
 * <filter-mapping><filter-name>reports</filter-name><url-pattern>/report/*</url-pattern></filter-mapping>
 * }</pre>
 *
 * <p>or {@code @WebFilter(urlPatterns = "/report/*", asyncSupported = true, initParams = ...)} on a
 * subclass. Its parameters are the keys of {@link io.dropguard.PolicyBuilder} and {@code
 * interrupt}; one that is unknown or malformed fails the deployment.
 *
 * <p>Several compose, whatever their order: of all that are mapped to a request, for whatever
 * dispatch, each parameter is taken from the one whose pattern is the most specific: an exact path,
 * then the longest {@code /prefix/*}, then {@code *.suffix}, then a servlet's name, then {@code /*}
 * and {@code /}. What none of them sets stays as the server's guard has it. Two that set one
 * parameter differently for the same pattern fail the deployment.
 *
 * <p>What the application throws after its client was lost or its deadline has expired is not
 * logged as an error, and an ASYNC dispatch is not begun then.
 *
 * <p>In a server that is not guarded it guards its own context, and warns once: there it is noticed
 * that a client has left when bytes for it cannot be written, which heartbeats bring about; over
 * HTTP/2, at once.
 */
public class DropGuardFilter implements Filter {
    private static final String APPLIED = DropGuardFilter.class.getName() + ".applied";

    private volatile @Nullable ContextFilters filters; // null until init
    private volatile @Nullable FilterSettings settings; // likewise

    @Override
    public void init(FilterConfig config) throws ServletException {
        FilterSettings read = FilterSettings.of(config);
        ContextFilters ofContext = ContextFilters.of(config.getServletContext());
        ofContext.add(read);
        filters = ofContext;
        settings = read;
    }

    @Override
    public void destroy() {
        ContextFilters ofContext = filters;
        FilterSettings own = settings;
        if (ofContext != null && own != null) ofContext.remove(own);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        GuardedExchange exchange = ServletGuard.find(request).orElse(null);
        if (exchange == null) { // a request that somebody made up, and not the server
            chain.doFilter(request, response);
            return;
        }
        ContextFilters ofContext = filters;
        if (ofContext != null && request.getAttribute(APPLIED) == null) {
            request.setAttribute(APPLIED, true); // for all of the context's: they are composed
            ofContext.apply(request, exchange);
        }
        if (request.getDispatcherType() == DispatcherType.ASYNC && whyInVain(exchange).isPresent())
            return;
        try {
            chain.doFilter(request, response);
        } catch (VirtualMachineError broken) {
            throw broken;
        } catch (Throwable thrown) {
            IOException quiet =
                    QuietException.isQuiet(thrown) ? null : whyInVain(exchange).orElse(null);
            if (quiet == null) throw thrown;
            quiet.addSuppressed(thrown);
            throw quiet;
        }
    }

    /** Why nobody needs what the application does, once its client has gone or has its answer. */
    private static Optional<IOException> whyInVain(GuardedExchange exchange) {
        CancellationReason reason = exchange.token().reason().orElse(null);
        if (reason instanceof ClientLoss loss) return Optional.of(new ClientLostException(loss));
        if (reason instanceof DeadlineExpired expired)
            return Optional.of(new DeadlineExpiredException(expired));
        return Optional.empty();
    }
}
