package io.dropguard.connector;

import io.dropguard.monitor.ConnectionRegistry;
import io.dropguard.monitor.MonitorConfig;
import org.eclipse.jetty.server.Connector;

/** Guards connectors in place; what they share is here. Thread-safe. */
public final class ConnectorGuard {
    private final ConnectorConfig config;
    private final Draining draining;
    private final LostRaces lostRaces = new LostRaces();
    private final ConnectionRegistry connections;

    public ConnectorGuard(ConnectorConfig config, DrainConfig drain, MonitorConfig monitor) {
        this.config = config;
        this.connections = new ConnectionRegistry(monitor);
        this.draining = new Draining(drain);
    }

    /**
     * Guards a connector.
     *
     * @throws IllegalArgumentException if it is of another kind
     * @throws IllegalStateException if it has started, has no protocol, or is guarded already
     */
    public void guard(Connector connector) {
        GuardConnectionFactory.guard(connector, this);
        SocketTuning.tune(connector, config.tuning());
    }

    ConnectorConfig config() {
        return config;
    }

    /** How far the server is on its way to being stopped. */
    public Draining draining() {
        return draining;
    }

    /** The connections of all of them. */
    public ConnectionRegistry connections() {
        return connections;
    }

    /** Requests that were sent on idle connections just when they were closed here. */
    public LostRaces lostRaces() {
        return lostRaces;
    }
}
