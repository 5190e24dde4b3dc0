package io.dropguard.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connector that begins to drain when an answer has begun, which did not say it is the last. */
@Timeout(60)
class LateDrainTest {
    /** 6 MiB: more than the buffers of both sides hold before anything is read. */
    private static final int LENGTH = 6 * 1024 * 1024;

    private static final String FIRST = "GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final CountDownLatch handedDown = new CountDownLatch(1);
    private TestServer server;
    private CompletableFuture<Void> drained = new CompletableFuture<>();

    private void start(Protocol protocol, long shutdownIdleMillis) throws Exception {
        server =
                TestServer.speaking(protocol)
                        .handledBy(new Answer())
                        .guardedBy(DropGuard.create()::installOn)
                        .connector(
                                connector -> connector.setShutdownIdleTimeout(shutdownIdleMillis))
                        .start();
    }

    @AfterEach
    void stop() throws Exception {
        drained.get(20, TimeUnit.SECONDS);
        server.close();
    }

    @Test
    void theNextRequestIsServedTooAndIsTheLast() throws Exception {
        start(Protocol.HTTP_1, 10_000);
        try (RawClient client = RawClient.connect(server.port())) {
            beginToDrainDuringTheFirst(client);
            client.send(NEXT);
            assertThat(client.readAll()).contains("Connection: close").endsWith("next");
        }
    }

    @Test
    void withoutANextRequestTheConnectionIsClosedAsAnyIdleOne() throws Exception {
        start(Protocol.HTTP_1, 300);
        try (RawClient client = RawClient.connect(server.port())) {
            beginToDrainDuringTheFirst(client);
            assertThat(client.readAll()).isEmpty();
        }
    }

    /** Jetty says goodbye above us there, so it must not begin to while the answer is written. */
    @Test
    void underTlsTheServerWaitsForTheAnswerBeforeItCountsAsShutDown() throws Exception {
        start(Protocol.TLS, 10_000);
        try (RawClient client = RawClient.connect(Protocol.TLS, server.port())) {
            client.send(FIRST);
            assertThat(handedDown.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> shutting =
                    CompletableFuture.runAsync(() -> drained = server.connector().shutdown());
            await().pollInterval(5, TimeUnit.MILLISECONDS)
                    .during(50, TimeUnit.MILLISECONDS)
                    .until(() -> !server.connector().isShutdown());
            assertThat(client.readResponse()).doesNotContain("Connection: close");
            shutting.get(20, TimeUnit.SECONDS);
            client.send(NEXT);
            assertThat(client.readAll()).contains("Connection: close").endsWith("next");
        }
    }

    private void beginToDrainDuringTheFirst(RawClient client) throws Exception {
        client.send(FIRST);
        assertThat(handedDown.await(20, TimeUnit.SECONDS)).isTrue();
        drained = server.connector().shutdown();
        String answer = client.readResponse();
        assertThat(answer).hasSizeGreaterThan(LENGTH).doesNotContain("Connection: close");
    }

    private final class Answer extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            boolean first = Request.getPathInContext(request).equals("/first");
            ByteBuffer text = first ? ByteBuffer.allocate(LENGTH) : US_ASCII.encode("next");
            response.write(true, text, callback);
            handedDown.countDown();
            return true;
        }
    }
}
