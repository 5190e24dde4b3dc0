package io.dropguard.spring.mvc;

import io.dropguard.exchange.GuardedExchange;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Before any {@code @ExceptionHandler}: what work in vain ends with is no error, and there is
 * nobody to answer. Thread-safe.
 */
public final class LostClientResolver implements HandlerExceptionResolver, Ordered {
    private static final Logger LOG = LoggerFactory.getLogger(LostClientResolver.class);

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable Object handler,
            Exception thrown) {
        GuardedExchange exchange = Exchanges.find(request);
        IOException why = exchange == null ? null : Exchanges.whyInVain(exchange);
        if (why == null) return null;
        LOG.debug("{}: {} ended with {}", why.getMessage(), handler, thrown.toString());
        LOG.trace("ended with", thrown);
        return new ModelAndView(); // handled, and nothing to render
    }
}
