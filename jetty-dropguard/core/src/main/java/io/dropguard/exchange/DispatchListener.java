package io.dropguard.exchange;

import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.component.Container;
import org.jspecify.annotations.Nullable;

/**
 * Tells the exchange which thread works for it: every context, of servlets or not, says so when a
 * thread comes to run part of a request, an ASYNC dispatch included. Added to a server it finds the
 * contexts that are there, those that are deployed later, and those within others. Thread-safe.
 */
final class DispatchListener
        implements ContextHandler.ContextScopeListener, Container.InheritedListener {

    @Override
    public void beanAdded(Container parent, Object child) {
        if (child instanceof ContextHandler context) context.addEventListener(this);
    }

    @Override
    public void beanRemoved(Container parent, Object child) {
        if (child instanceof ContextHandler context) context.removeEventListener(this);
    }

    @Override
    public void enterScope(Context context, @Nullable Request request) {
        GuardedExchange exchange = exchange(request);
        if (exchange != null) exchange.enter();
    }

    @Override
    public void exitScope(Context context, @Nullable Request request) {
        GuardedExchange exchange = exchange(request);
        if (exchange != null) exchange.leave();
    }

    private static @Nullable GuardedExchange exchange(@Nullable Request request) {
        if (request == null) return null;
        GuardedRequest guarded = Request.as(request, GuardedRequest.class);
        if (guarded != null) return guarded.exchange();
        // A guard within the context wraps the request that the context knows.
        return request.getAttribute(GuardedExchange.ATTRIBUTE) instanceof GuardedExchange exchange
                ? exchange
                : null;
    }
}
