package io.dropguard.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.connector.LingerConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An answer that is given before the request was read whole reaches a client that still sends. */
class LingeringCloseTest {
    private static final int UPLOAD = 20_000_000;

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server, 1, 1);

    private EarlyAnswer start(LingerConfig config) throws Exception {
        EarlyAnswer handler = new EarlyAnswer();
        server.addConnector(connector);
        server.setHandler(handler);
        DropGuard.builder().linger(config).build().installOn(server);
        server.start();
        return handler;
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void aClientThatSendsAllBeforeItReadsGetsTheWholeEarlyAnswer() throws Exception {
        start(LingerConfig.DEFAULT);
        for (int i = 0; i < 20; i++) {
            try (Socket client = connect()) {
                send(client, UPLOAD);
                assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                        .startsWith("HTTP/1.1 413 ")
                        .endsWith("too large");
            }
        }
        await().until(() -> connector.getConnectedEndPoints().isEmpty());
    }

    @Test
    void theConnectionAboveIsNotToldOfWhatIsDrained() throws Exception {
        EarlyAnswer handler = start(LingerConfig.DEFAULT);
        try (Socket client = connect()) {
            send(client, 100_000);
            EndPoint seen = handler.endPoint.get(10, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(10)).until(() -> !seen.isOpen());

            CompletableFuture<Throwable> told = new CompletableFuture<>();
            seen.fillInterested(
                    Callback.from(
                            () -> told.complete(new AssertionError("bytes")), told::complete));
            assertThat(told).isCompletedWithValueMatching(ClosedChannelException.class::isInstance);
            assertThat(seen.isFillInterested()).isFalse();

            client.getOutputStream().write(new byte[UPLOAD - 100_000]);
            assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                    .endsWith("too large");
        }
    }

    @Test
    void aClientThatStaysSilentIsClosedAfterTheTimeout() throws Exception {
        start(LingerConfig.DEFAULT.withTimeout(Duration.ofMillis(200)));
        try (Socket client = connect()) {
            send(client, 100_000);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> connector.getConnectedEndPoints().isEmpty());
        }
    }

    @Test
    void noMoreConnectionsLingerThanTheCapAndTheOldestGoFirst() throws Exception {
        Duration longer = Duration.ofMinutes(1);
        start(LingerConfig.DEFAULT.withConnections(3).withTime(longer).withTimeout(longer));
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket client = connect();
                clients.add(client);
                send(client, 100_000);
                assertThat(client.getInputStream().read()).isEqualTo('H');
            }
            await().untilAsserted(() -> assertThat(connector.getConnectedEndPoints()).hasSize(3));
        } finally {
            for (Socket client : clients) client.close();
        }
    }

    @Test
    void withoutLingeringTheAnswerIsLost() throws Exception {
        start(LingerConfig.DEFAULT.withTime(Duration.ZERO));
        int failed = 0;
        for (int i = 0; i < 20; i++) {
            try (Socket client = connect()) {
                send(client, UPLOAD);
                String answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
                if (!answer.endsWith("too large")) failed++;
            } catch (IOException resetByServer) {
                failed++;
            }
        }
        assertThat(failed).isPositive();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
    }

    private static void send(Socket client, int bytes) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(
                ("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: " + UPLOAD + "\r\n\r\n")
                        .getBytes(US_ASCII));
        out.write(new byte[bytes]);
        out.flush();
    }

    private static final class EarlyAnswer extends Handler.Abstract {
        final CompletableFuture<EndPoint> endPoint = new CompletableFuture<>(); // of the first

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            endPoint.complete(request.getConnectionMetaData().getConnection().getEndPoint());
            response.setStatus(413);
            Content.Sink.write(response, true, "too large", callback);
            return true;
        }
    }
}
