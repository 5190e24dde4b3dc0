package io.dropguard.home;

import io.dropguard.DropGuard;
import io.dropguard.connector.GuardConnectionFactory;
import java.util.Arrays;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs a guard when its server starts: whatever file came last, all connectors are there by
 * then, with all their protocols. Thread-safe.
 */
final class GuardAtStart implements LifeCycle.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(DropGuard.class);

    private final DropGuard.Builder builder;

    GuardAtStart(DropGuard.Builder builder) {
        this.builder = builder;
    }

    @Override
    public void lifeCycleStarting(LifeCycle starting) {
        Server server = (Server) starting;
        server.removeEventListener(this); // a server that is started again is guarded already
        builder.build().installOn(server);
        for (Connector connector : server.getConnectors())
            if (GuardConnectionFactory.isGuarded(connector)) LOG.info("Guarded: {}", connector);
        if (Arrays.stream(server.getConnectors()).noneMatch(GuardConnectionFactory::isGuarded))
            LOG.warn("Nothing is guarded (expected: a module such as http or https)");
    }
}
