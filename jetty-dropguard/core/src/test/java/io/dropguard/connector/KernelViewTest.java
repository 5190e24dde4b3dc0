package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.kernel.Kernel;
import io.dropguard.kernel.TcpFacts;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.PeerCondition;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is made of a kernel's facts; the kernel is the test's, the connection is a real one. */
class KernelViewTest {
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server, 1, 1);
    private final AtomicLong clock = new AtomicLong();
    private List<TcpFacts> facts = List.of();
    private Socket client;
    private EndPoint endPoint;
    private ClientWatch watch;
    private KernelView view;

    @BeforeEach
    void connect() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        GuardConnectionFactory.guard(
                connector,
                new ConnectorGuard(
                        ConnectorConfig.DEFAULT, DrainConfig.DEFAULT, MonitorConfig.DEFAULT));
        server.start();
        view = new KernelView(connector, new Told(), Duration.ofSeconds(5), clock::get);
        client = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        await().until(
                        () ->
                                connector.getConnectedEndPoints().stream()
                                        .anyMatch(each -> each.getConnection() != null));
        endPoint = connector.getConnectedEndPoints().iterator().next();
        watch = ClientWatch.beneath(endPoint.getConnection().getEndPoint());
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        server.stop();
    }

    private void look(int attempts, long sinceAckMillis, boolean windowClosed) throws Exception {
        facts =
                List.of(
                        new TcpFacts(
                                (InetSocketAddress) client.getRemoteSocketAddress(),
                                (InetSocketAddress) client.getLocalSocketAddress(),
                                false,
                                100,
                                windowClosed,
                                attempts,
                                sinceAckMillis));
        look();
    }

    private void look() throws Exception {
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        view.look();
    }

    @Test
    void aPeerThatIsSilentForTheTimeoutIsUnreachableAndItsConnectionIsClosed() throws Exception {
        for (int second = 1; second < 5; second++) {
            look(second, second * 1000L, false);
            assertThat(endPoint.isOpen()).isTrue();
        }
        assertThat(watch.peer()).isEqualTo(PeerCondition.SILENT);
        look(5, 5_000, false);
        assertThat(endPoint.isOpen()).isFalse();
        assertThat(watch.signal()).isEqualTo(io.dropguard.cancel.ClientLoss.Signal.UNREACHABLE);
    }

    @Test
    void aPeerThatDoesNotReadStaysAndIsKnownAsSuch() throws Exception {
        for (int second = 1; second < 100; second++) look(0, second % 60 * 1000L, true);
        assertThat(endPoint.isOpen()).isTrue();
        assertThat(watch.peer()).isEqualTo(PeerCondition.NOT_READING);
    }

    @Test
    void aPeerThatReadsAgainIsForgiven() throws Exception {
        look(0, 100, true);
        assertThat(watch.peer()).isEqualTo(PeerCondition.NOT_READING);
        facts = List.of();
        look();
        assertThat(watch.peer()).isEqualTo(PeerCondition.RESPONSIVE);
    }

    @Test
    void connectionsOfOthersOnTheSamePortAreNotOurs() throws Exception {
        InetSocketAddress other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        for (int second = 1; second < 20; second++) {
            facts = List.of(new TcpFacts(other, other, true, 100, false, 9, second * 1000L));
            look();
        }
        assertThat(endPoint.isOpen()).isTrue();
        assertThat(watch.peer()).isEqualTo(PeerCondition.RESPONSIVE);
    }

    private final class Told implements Kernel {
        @Override
        public int setOnListening(InetSocketAddress address, int option, int value) {
            return 0;
        }

        @Override
        public List<TcpFacts> connections(int localPort) {
            return facts;
        }
    }
}
