package io.dropguard.exchange;

import java.util.HashSet;
import java.util.Set;
import org.eclipse.jetty.server.Context;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.component.Container;
import org.jspecify.annotations.Nullable;

/**
 * Tells the exchange which thread works for it: every context, of servlets or not, says so when a
 * thread comes to run part of a request, an ASYNC dispatch included. Added to a server it finds the
 * contexts that are there, those that are deployed later, and those within others. Thread-safe.
 *
 * <p>It listens once the first exchange goes on behind its handler's back: to be told costs every
 * request, and an exchange that its first thread brings to the end needs no telling. What listens
 * is an object of its own: a server hands its own listener on to every context.
 */
final class DispatchListener implements Container.InheritedListener {
    private final ContextHandler.ContextScopeListener scopes = new Scopes();
    private final Set<ContextHandler> contexts = new HashSet<>(); // guarded by this
    private volatile boolean listening; // written under this

    /** From now on. Who is within a context just then is told of the way out only. */
    void listen() {
        if (!listening) listenToAll();
    }

    private synchronized void listenToAll() {
        if (listening) return;
        listening = true;
        contexts.forEach(context -> context.addEventListener(scopes));
    }

    @Override
    public synchronized void beanAdded(Container parent, Object child) {
        if (!(child instanceof ContextHandler context) || !contexts.add(context)) return;
        if (listening) context.addEventListener(scopes);
    }

    @Override
    public synchronized void beanRemoved(Container parent, Object child) {
        if (!(child instanceof ContextHandler context)) return;
        contexts.remove(context);
        context.removeEventListener(scopes);
    }

    private static final class Scopes implements ContextHandler.ContextScopeListener {
        @Override
        public void enterScope(Context context, @Nullable Request request) {
            GuardedExchange exchange = exchange(request);
            if (exchange != null) exchange.enterContext();
        }

        @Override
        public void exitScope(Context context, @Nullable Request request) {
            GuardedExchange exchange = exchange(request);
            if (exchange != null) exchange.leaveContext();
        }

        private static @Nullable GuardedExchange exchange(@Nullable Request request) {
            if (request == null) return null;
            GuardedRequest guarded = Request.as(request, GuardedRequest.class);
            if (guarded != null) return guarded.exchange();
            // A guard within the context wraps the request that the context knows.
            return request.getAttribute(GuardedExchange.ATTRIBUTE)
                            instanceof GuardedExchange exchange
                    ? exchange
                    : null;
        }
    }
}
