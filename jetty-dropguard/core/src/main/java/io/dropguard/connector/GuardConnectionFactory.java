package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.ConnectionRegistry;
import io.dropguard.monitor.TrackedConnection;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link ClientWatch} under every connection of one connector, whatever it speaks.
 * Thread-safe once the connector has started.
 */
public final class GuardConnectionFactory extends AbstractConnectionFactory {
    private static final String PROTOCOL = "dropguard";

    /** Jetty tells a secure connector by a default protocol that is SSL or begins with "SSL-". */
    private static final String SECURE_PROTOCOL = "SSL-" + PROTOCOL;

    private final ConnectorConfig config;
    private final ConnectionFactory next;
    private final ConnectorLife life;
    private final ConnectionRegistry registry;
    private volatile @Nullable WatchTimer timer;
    private volatile @Nullable Lingering lingering;
    private volatile HangUps hangUps;

    private GuardConnectionFactory(
            String protocol, ConnectionFactory next, ConnectorGuard guard, ConnectorLife life) {
        super(protocol);
        this.registry = guard.connections();
        this.life = life;
        this.next = next;
        this.config = guard.config();
        this.hangUps = hangUps();
    }

    private HangUps hangUps() {
        return new HangUps(config.tuning().patience());
    }

    /** Whether this kind of connector can be guarded: its connections are socket channels. */
    public static boolean canGuard(Connector connector) {
        return connector instanceof ServerConnector
                // not on the class path of those who do not use it
                || connector
                        .getClass()
                        .getName()
                        .equals("org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector");
    }

    /** Whether the connector is guarded already. */
    public static boolean isGuarded(Connector connector) {
        return connector.getConnectionFactories().stream()
                .anyMatch(GuardConnectionFactory.class::isInstance);
    }

    /**
     * Guards a connector in place.
     *
     * @throws IllegalArgumentException if it is of another kind
     * @throws IllegalStateException if it has started, has no protocol, or is guarded already
     */
    static void guard(Connector connector, ConnectorGuard guard) {
        AbstractConnector guarded = checkGuardable(connector);
        ConnectionFactory first = firstFactory(guarded);
        String previous = first.getProtocol();
        boolean secure = previous.equals("SSL") || previous.startsWith("SSL-");
        String protocol = secure ? SECURE_PROTOCOL : PROTOCOL;
        ConnectorLife life = new ConnectorLife(guarded, guard);
        guarded.addFirstConnectionFactory(new GuardConnectionFactory(protocol, first, guard, life));
        guarded.addBean(life); // which listens to it, and is asked to shut down with it
        guarded.setDefaultProtocol(protocol);
    }

    /**
     * Does nothing if {@link #guard} would succeed now.
     *
     * @return the same connector
     * @throws IllegalArgumentException as {@link #guard} does
     * @throws IllegalStateException as {@link #guard} does
     */
    public static AbstractConnector checkGuardable(Connector connector) {
        if (!canGuard(connector) || !(connector instanceof AbstractConnector guarded))
            throw new IllegalArgumentException(
                    "connector: "
                            + connector
                            + " (expected: ServerConnector or UnixDomainServerConnector)");
        if (guarded.isRunning())
            throw new IllegalStateException(
                    "connector: "
                            + connector
                            + " is "
                            + guarded.getState()
                            + " (expected: not started; guard it before the server starts)");
        if (isGuarded(connector))
            throw new IllegalStateException(
                    "connector: " + connector + " is guarded already (expected: guard it once)");
        firstFactory(guarded);
        return guarded;
    }

    private static ConnectionFactory firstFactory(AbstractConnector connector) {
        ConnectionFactory first = connector.getConnectionFactory(connector.getDefaultProtocol());
        if (first == null)
            throw new IllegalStateException(
                    "connector: "
                            + connector
                            + " has no protocol (expected: at least one ConnectionFactory)");
        return first;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        hangUps = hangUps();
        registry.connectorStarted();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        hangUps.close();
        registry.connectorStopped();
        timer = null; // the scheduler that stops with the connector has dropped its next tick
    }

    @Override
    public Connection newConnection(Connector connector, EndPoint endPoint) {
        if (!(endPoint instanceof AbstractEndPoint socket)
                || !(endPoint.getTransport() instanceof SocketChannel channel)) {
            life.closed(endPoint.getTransport());
            return next.newConnection(connector, endPoint);
        }
        PendingWrite write = new PendingWrite(socket);
        GuardedSocket monitored = new GuardedSocket(socket, channel, write);
        TrackedConnection tracked = registry.track(monitored);
        write.tell(tracked);
        ClientWatch watch =
                new ClientWatch(
                        socket,
                        channel,
                        VirtualThreads.getExecutor(connector.getExecutor()),
                        connector.getByteBufferPool(),
                        timer(connector),
                        hangUps,
                        tracked,
                        write,
                        config.watch());
        write.tell(watch.clientEnd());
        monitored.tell(watch);
        KeptInterest interest = KeptInterest.of(socket, watch, connector);
        if (interest != null) write.tell(interest);
        GuardedEndPoint guarded =
                new GuardedEndPoint(
                        socket, watch, lingering(connector), life, write, tracked, interest);
        Connection connection;
        try {
            connection = next.newConnection(connector, guarded);
        } catch (RuntimeException refused) {
            tracked.closed();
            throw refused;
        }
        guarded.listenTo(connection);
        return connection;
    }

    private Lingering lingering(Connector connector) {
        Lingering existing = lingering;
        if (existing != null) return existing;
        synchronized (this) {
            Lingering created = lingering;
            if (created == null)
                lingering =
                        created =
                                new Lingering(
                                        connector, config.linger(), config.keepAlive().idleGrace());
            return created;
        }
    }

    private WatchTimer timer(Connector connector) {
        WatchTimer existing = timer;
        if (existing != null) return existing;
        synchronized (this) {
            WatchTimer created = timer;
            if (created == null)
                timer =
                        created =
                                new WatchTimer(
                                        connector.getScheduler(),
                                        Ticker.system(),
                                        config.watch().delay().toNanos());
            return created;
        }
    }
}
