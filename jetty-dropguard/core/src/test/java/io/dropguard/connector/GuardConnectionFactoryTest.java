package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.monitor.MonitorConfig;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GuardConnectionFactoryTest {
    private final HandRunScheduler scheduler = new HandRunScheduler(new AtomicLong());
    private final Server server = new Server();
    private final ServerConnector connector =
            new ServerConnector(server, null, scheduler, null, 1, 1, new HttpConnectionFactory());

    @AfterEach
    void stopConnector() throws Exception {
        connector.stop();
        server.stop();
    }

    @Test
    void aClearTextConnectorIsGuardedUnderItsOwnName() {
        guard(connector);

        assertThat(connector.getDefaultProtocol()).isEqualTo("dropguard");
        assertThat(connector.getProtocols()).containsExactly("dropguard", "http/1.1");
        assertThat(GuardConnectionFactory.isGuarded(connector)).isTrue();
    }

    @Test
    void aSecureConnectorStillLooksSecureToJetty() {
        ServerConnector secure =
                new ServerConnector(
                        server,
                        new SslConnectionFactory(new SslContextFactory.Server(), "http/1.1"),
                        new HttpConnectionFactory());

        secure.setHost("localhost");
        server.addConnector(secure);
        assertThat(server.getURI()).hasScheme("https");

        guard(secure);

        assertThat(secure.getDefaultConnectionFactory().getProtocol()).isEqualTo("SSL-dropguard");
        assertThat(server.getURI()).hasScheme("https");
    }

    @Test
    void watchesTickAgainAfterTheConnectorWasStoppedWithATickPending() throws Exception {
        guard(connector);
        server.addConnector(connector);
        server.start();
        int own = scheduler.pending();
        beginOnNewConnection();
        assertThat(scheduler.pending()).isEqualTo(own + 1);

        server.stop();
        scheduler.clear(); // as a real one does when it stops
        server.start();
        own = scheduler.pending();
        beginOnNewConnection();

        assertThat(scheduler.pending()).isEqualTo(own + 1);
    }

    private static void guard(ServerConnector guarded) {
        GuardConnectionFactory.guard(
                guarded,
                new ConnectorGuard(
                        ConnectorConfig.DEFAULT, DrainConfig.DEFAULT, MonitorConfig.DEFAULT));
    }

    private void beginOnNewConnection() throws IOException {
        Connection connection =
                connector.getDefaultConnectionFactory().newConnection(connector, new WithChannel());
        ClientWatch watch = ClientWatch.beneath(connection.getEndPoint());
        assertThat(watch).isNotNull();
        FakeConnection begun = new FakeConnection("begun", null, new ArrayList<>());
        watch.begin(begun, connection.getEndPoint(), "HTTP/1.1");
    }

    /** An endpoint that says it is a socket's. */
    private static final class WithChannel extends ByteArrayEndPoint {
        private final SocketChannel channel = SocketChannel.open();

        WithChannel() throws IOException {
            channel.close();
        }

        @Override
        public Object getTransport() {
            return channel;
        }
    }
}
