package io.dropguard;

import io.dropguard.connector.GuardConnectionFactory;
import io.dropguard.exchange.GuardHandler;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a server can be guarded now, and which of its connectors. */
final class Installation {
    private static final Logger LOG = LoggerFactory.getLogger(DropGuard.class);

    private Installation() {}

    /**
     * The connectors to guard. It changes nothing.
     *
     * @throws IllegalStateException if the server has started or is guarded already, or one of its
     *     connectors cannot be guarded now
     */
    static List<Connector> check(Server server, GuardHandler handler) {
        if (isUnderWay(server))
            throw new IllegalStateException(
                    "server: "
                            + server.getState()
                            + " (expected: not started; install before it starts)");
        if (server.getDescendant(GuardHandler.class) != null || handler.getServer() != null)
            throw new IllegalStateException(
                    "server: guarded already (expected: one DropGuard for one server)");
        List<Connector> guardable = new ArrayList<>();
        for (Connector connector : server.getConnectors()) {
            if (GuardConnectionFactory.isGuarded(connector)) continue;
            if (GuardConnectionFactory.canGuard(connector))
                guardable.add(GuardConnectionFactory.checkGuardable(connector));
            else LOG.info("Not guarded, its connections are no sockets: {}", connector);
        }
        return guardable;
    }

    /** Listeners hear of the start before anything in the server has been started. */
    private static boolean isUnderWay(Server server) {
        if (!server.isStarting()) return server.isRunning();
        Handler first = server.getHandler();
        return first != null && first.isRunning();
    }
}
