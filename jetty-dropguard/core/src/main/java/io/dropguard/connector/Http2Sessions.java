package io.dropguard.connector;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.SessionContainer;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * Tells the HTTP/2 sessions of a connector to go away, and lets it start again. Jetty's own
 * container of sessions remembers for good that it was shut down, and has each session that comes
 * after the next start go away too; so it is not shut down, but each of its sessions, and while the
 * server stops, which shuts down all that it finds, it is taken out. Thread-safe.
 *
 * <p>Only loaded where there is HTTP/2: who has none needs none on the class path.
 */
final class Http2Sessions implements Connection.Listener, LifeCycle.Listener {
    private record Kept(ContainerLifeCycle factory, SessionContainer sessions) {}

    private final List<Kept> containers = new ArrayList<>(); // as they were at the first start
    private volatile boolean leaving;

    Http2Sessions(Connector connector) {
        for (ConnectionFactory factory : connector.getConnectionFactories())
            if (factory instanceof ContainerLifeCycle http2)
                for (SessionContainer sessions : http2.getBeans(SessionContainer.class))
                    containers.add(new Kept(http2, sessions));
    }

    /** Whether it is one of Jetty's containers of sessions, and so not to be shut down. */
    boolean contains(Graceful part) {
        return containers.stream().anyMatch(each -> each.sessions == part);
    }

    /** From now on sessions are served. */
    void start() {
        leaving = false;
    }

    /** All sessions say GOAWAY, also those that are opened yet. */
    @SuppressWarnings("FutureReturnValueIgnored") // their end is that of their connections
    void shutdown() {
        leaving = true; // first: T1 goes through the sessions, T2 adds one and then looks
        for (Kept each : containers) each.sessions.getSessions().forEach(Session::shutdown);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // as above
    public void onOpened(Connection connection) {
        if (leaving && connection instanceof HTTP2Connection http2) http2.getSession().shutdown();
    }

    @Override
    public void onClosed(Connection connection) {}

    // ---- the server's life

    @Override
    public void lifeCycleStopping(LifeCycle server) {
        for (Kept each : containers) each.factory.removeBean(each.sessions);
    }

    @Override
    public void lifeCycleStopped(LifeCycle server) {
        for (Kept each : containers) each.factory.addBean(each.sessions);
    }

    @Override
    public void lifeCycleFailure(LifeCycle server, Throwable cause) {
        lifeCycleStopped(server); // those that are there already are left as they are
    }
}
