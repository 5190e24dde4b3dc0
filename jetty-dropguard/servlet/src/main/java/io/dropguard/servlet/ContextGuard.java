package io.dropguard.servlet;

import io.dropguard.DropGuard;
import io.dropguard.exchange.GuardHandler;
import jakarta.servlet.ServletException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the guard of the context that is being started, or makes it one of its own. */
final class ContextGuard {
    private static final Logger LOG = LoggerFactory.getLogger(DropGuardFilter.class);

    private ContextGuard() {}

    /**
     * @throws ServletException if there is none and there can be none
     */
    static GuardHandler find() throws ServletException {
        ContextHandler context = ContextHandler.getCurrentContextHandler();
        Server server = context == null ? null : context.getServer();
        if (context == null || server == null)
            throw new ServletException(
                    "DropGuardFilter: no Jetty context is being started (expected: Jetty 12.1)");
        for (GuardHandler guard : server.getDescendants(GuardHandler.class))
            if (!isWithinContext(server, guard)) return guard;
        GuardHandler own = context.getDescendant(GuardHandler.class); // of an earlier start
        return own == null ? insert(context) : own;
    }

    private static boolean isWithinContext(Server server, GuardHandler guard) {
        for (ContextHandler context : server.getDescendants(ContextHandler.class))
            if (context.getDescendants(GuardHandler.class).contains(guard)) return true;
        return false;
    }

    /**
     * A guard between the context and its servlets does all that one before the server's contexts
     * does, but nobody watches the connections for it.
     */
    private static GuardHandler insert(ContextHandler context) throws ServletException {
        if (context.isStarted())
            throw new ServletException(
                    "DropGuardFilter: added to a context that has started, in a server that is not"
                            + " guarded (expected: added before)");
        Handler handler = context.getHandler();
        GuardHandler guard = DropGuard.create().handler();
        context.unmanage(handler); // or it would be stopped now, for it changes hands
        context.insertHandler(guard);
        guard.manage(handler); // and is to be stopped with us
        LOG.warn(
                "The server is not guarded, so {} notices clients that leave only when it writes"
                        + " (expected: DropGuard.create().installOn(server) before it starts)",
                context);
        return guard;
    }
}
