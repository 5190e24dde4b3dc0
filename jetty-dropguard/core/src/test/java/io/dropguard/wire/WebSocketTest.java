package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A WebSocket on a guarded connection gets what was read ahead, and nothing of it is lost. */
class WebSocketTest {
    /** 100,000: several times the 16 KiB that are read ahead. */
    private static final int LARGE = 100_000;

    private final DropGuard guard = DropGuard.builder().watchDelay(Duration.ZERO).build();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Sends back what comes. */
    public final class Echo implements Session.Listener.AutoDemanding {
        private Session session;

        @Override
        public void onWebSocketOpen(Session opened) {
            session = opened;
        }

        @Override
        public void onWebSocketText(String message) {
            session.sendText(message, Callback.NOOP);
        }

        @Override
        public void onWebSocketBinary(ByteBuffer message, Callback callback) {
            session.sendBinary(message, callback);
        }

        @Override
        public void onWebSocketClose(int status, String reason, Callback callback) {
            closed.countDown();
            callback.succeed();
        }
    }

    /** Keeps what comes. */
    public static final class Heard implements Session.Listener.AutoDemanding {
        final BlockingQueue<Object> messages = new LinkedBlockingQueue<>();

        @Override
        public void onWebSocketText(String message) {
            messages.add(message);
        }

        @Override
        public void onWebSocketBinary(ByteBuffer message, Callback callback) {
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            messages.add(bytes);
            callback.succeed();
        }

        Object next() throws InterruptedException {
            Object message = messages.poll(20, TimeUnit.SECONDS);
            if (message == null) throw new AssertionError("no message in 20 s");
            return message;
        }
    }

    private TestServer start(Protocol protocol) throws Exception {
        return TestServer.speaking(protocol).guardedBy(this::install).start();
    }

    private void install(Server server) {
        server.setHandler(
                WebSocketUpgradeHandler.from(
                        server,
                        container -> {
                            container.setMaxBinaryMessageSize(2 * LARGE);
                            container.addMapping(
                                    "/ws",
                                    (request, response, callback) -> {
                                        // so that the wire is watched, and what follows read ahead
                                        await().until(() -> age().toMillis() > 50);
                                        return new Echo();
                                    });
                        }));
        guard.installOn(server);
    }

    private Duration age() {
        return guard.connections().snapshot().get(0).age();
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void messagesGoBothWaysAfterTheUpgrade(Protocol protocol) throws Exception {
        ClientConnector connector = new ClientConnector();
        SslContextFactory.Client tls = new SslContextFactory.Client(true);
        tls.setEndpointIdentificationAlgorithm(null);
        connector.setSslContextFactory(tls);
        HttpClient http = new HttpClient(new HttpClientTransportDynamic(connector));
        WebSocketClient client = new WebSocketClient(http);
        client.setMaxBinaryMessageSize(2 * LARGE);
        Heard heard = new Heard();
        try (TestServer server = start(protocol)) {
            client.start();
            String scheme = protocol.isSecure() ? "wss" : "ws";
            Session session =
                    client.connect(
                                    heard,
                                    URI.create(scheme + "://localhost:" + server.port() + "/ws"))
                            .get(20, TimeUnit.SECONDS);
            byte[] large = new byte[LARGE];
            for (int i = 0; i < LARGE; i++) large[i] = (byte) (i * 31);
            for (int i = 0; i < 20; i++) {
                session.sendText("message " + i, Callback.NOOP);
                assertThat(heard.next()).isEqualTo("message " + i);
                session.sendBinary(ByteBuffer.wrap(large), Callback.NOOP);
                assertThat(heard.next()).isEqualTo(large);
            }
            session.close(1000, "done", Callback.NOOP);
            assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
            await().until(() -> guard.connections().count() == 0);
            assertThat(Losses.of(guard)).isZero();
        } finally {
            client.stop();
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1, 1", "TLS, 1", "HTTP_1, 400", "TLS, 400"})
    void framesThatCameWithTheHandshakeAreAnswered(Protocol protocol, int frames) throws Exception {
        try (TestServer server = start(protocol);
                RawClient client = RawClient.connect(protocol, server.port())) {
            ByteArrayOutputStream segment = new ByteArrayOutputStream();
            segment.writeBytes(
                    """
                    GET /ws HTTP/1.1\r
                    Host: localhost\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    \r
                    """
                            .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < frames; i++) segment.writeBytes(maskedText(text(i)));
            client.send(segment.toByteArray());

            assertThat(client.readHead()).startsWith("HTTP/1.1 101");
            for (int i = 0; i < frames; i++) {
                byte[] head = client.read(2);
                assertThat(head[0]).isEqualTo((byte) 0x81); // the whole of a text
                assertThat(new String(client.read(head[1]), StandardCharsets.US_ASCII))
                        .isEqualTo(text(i));
            }
            assertThat(Losses.of(guard)).isZero();
        }
    }

    /** 100 characters, so that 400 are more than is read ahead. */
    private static String text(int number) {
        return String.format("%0100d", number);
    }

    private static byte[] maskedText(String text) {
        byte[] mask = {1, 2, 3, 4};
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x81);
        frame.write(0x80 | bytes.length);
        frame.writeBytes(mask);
        for (int i = 0; i < bytes.length; i++) frame.write(bytes[i] ^ mask[i % 4]);
        return frame.toByteArray();
    }
}
