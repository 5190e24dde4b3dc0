package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.kernel.Kernel;
import io.dropguard.kernel.TcpFacts;
import io.dropguard.monitor.MonitorConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SocketTuningTest {
    private static final TuningConfig QUIET = TuningConfig.DEFAULT.withKernelView(Duration.ZERO);

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server, 1, 1);

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private SocketTuning start(TuningConfig config, Kernel.Access access) throws Exception {
        server.addConnector(connector);
        connector.setHost("127.0.0.1");
        GuardConnectionFactory.guard(
                connector,
                new ConnectorGuard(
                        ConnectorConfig.DEFAULT, DrainConfig.DEFAULT, MonitorConfig.DEFAULT));
        SocketTuning.tune(connector, config, access);
        server.start();
        return connector.getBean(SocketTuning.class);
    }

    private SocketChannel accepted() {
        await().until(() -> !connector.getConnectedEndPoints().isEmpty());
        return (SocketChannel) connector.getConnectedEndPoints().iterator().next().getTransport();
    }

    @SuppressWarnings("unchecked") // the options of that name are integers
    private static int option(SocketChannel channel, String name) throws IOException {
        for (SocketOption<?> option : channel.supportedOptions())
            if (option.name().equals(name))
                return channel.getOption((SocketOption<Integer>) option);
        throw new AssertionError(name + " (expected: in " + channel.supportedOptions() + ")");
    }

    @Test
    void acceptedSocketsAreProbed() throws Exception {
        start(QUIET, new Kernel.Access(null, "none"));
        try (Socket client = connect()) {
            assertThat(client.isConnected()).isTrue();
            SocketChannel channel = accepted();
            await().until(() -> channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assertThat(option(channel, "TCP_KEEPIDLE")).isEqualTo(10);
            assertThat(option(channel, "TCP_KEEPINTERVAL")).isEqualTo(5);
            assertThat(option(channel, "TCP_KEEPCOUNT")).isEqualTo(3);
        }
    }

    @Test
    void theListeningSocketGetsTheUserTimeoutWhereTheKernelIsNotAsked() throws Exception {
        Recorder kernel = new Recorder();
        SocketTuning tuning = start(QUIET, new Kernel.Access(kernel, ""));

        assertThat(kernel.set)
                .containsExactly("127.0.0.1:" + connector.getLocalPort() + " 18 25000");
        assertThat(tuning.report())
                .isEqualTo(
                        "TCP_KEEPIDLE 10 s, TCP_KEEPINTERVAL 5 s, TCP_KEEPCOUNT 3,"
                                + " TCP_USER_TIMEOUT 25000 ms; not kernel view"
                                + " (kernel-view-interval is 0s)");
    }

    @Test
    void aKernelThatIsAskedIsLeftWithoutAUserTimeoutWhichWouldEndSlowReaders() throws Exception {
        Recorder kernel = new Recorder();
        SocketTuning tuning = start(TuningConfig.DEFAULT, new Kernel.Access(kernel, ""));

        assertThat(kernel.set)
                .containsExactly("127.0.0.1:" + connector.getLocalPort() + " 44 5000");
        assertThat(tuning.report())
                .contains("kernel view every 1000 ms with a user timeout of 25000 ms");
    }

    @Test
    void whatIsNotAppliedIsToldWithTheReason() throws Exception {
        SocketTuning tuning =
                start(
                        QUIET.withKeepalive(QUIET.keepalive().withIdle(Duration.ZERO)),
                        new Kernel.Access(null, "the system is Plan 9"));

        assertThat(tuning.report())
                .isEqualTo(
                        "Nothing; not keepalive (keepalive-idle is 0s), not kernel view"
                                + " (kernel-view-interval is 0s), not TCP_USER_TIMEOUT (the system"
                                + " is Plan 9)");
    }

    @Test
    void aKernelThatRefusesIsToldToo() throws Exception {
        Recorder kernel = new Recorder();
        kernel.refusal = new IOException("Operation not permitted");
        SocketTuning tuning = start(TuningConfig.DEFAULT, new Kernel.Access(kernel, ""));

        assertThat(tuning.report())
                .contains("not kernel view (Operation not permitted)")
                .contains("not TCP_USER_TIMEOUT (Operation not permitted)");
    }

    @Test
    void twoServersShareAPortIfTheyAreTold() throws Exception {
        start(QUIET.withReusePort(true), new Kernel.Access(null, "none"));
        Server second = new Server();
        ServerConnector same = new ServerConnector(second, 1, 1);
        same.setHost("127.0.0.1");
        same.setPort(connector.getLocalPort());
        second.addConnector(same);
        SocketTuning.tune(same, QUIET.withReusePort(true), new Kernel.Access(null, "none"));
        try {
            second.start();
            assertThat(same.getLocalPort()).isEqualTo(connector.getLocalPort());
        } finally {
            second.stop();
        }
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
    }

    private static final class Recorder implements Kernel {
        final List<String> set = new ArrayList<>();
        IOException refusal;

        @Override
        public int setOnListening(InetSocketAddress address, int option, int value)
                throws IOException {
            if (refusal != null) throw refusal;
            String name = address.getAddress().getHostAddress() + ":" + address.getPort();
            set.add(name + " " + option + " " + value);
            return 1;
        }

        @Override
        public List<TcpFacts> connections(int localPort) throws IOException {
            if (refusal != null) throw refusal;
            return List.of();
        }
    }
}
