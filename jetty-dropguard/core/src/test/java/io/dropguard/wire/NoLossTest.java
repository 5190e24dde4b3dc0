package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is not a loss is not counted as one, and interrupts nobody. */
class NoLossTest {
    private final DropGuard guard = DropGuard.builder().watchDelay(Duration.ZERO).build();

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void aClientThatHasItsAnswerMayClose(Protocol protocol) throws Exception {
        int clients = protocol.isSecure() ? 100 : 1_000;
        try (TestServer server = start(protocol, new Work())) {
            for (int i = 0; i < clients; i++) {
                TestClient client = TestClient.connect(server);
                client.get("/hello");
                assertThat(client.body()).isEqualTo("hello");
                client.leave(i % 2 == 0 ? Departure.FIN : Departure.RST);
            }
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
            assertThat(guard.statistics().exchanges()).isEqualTo(clients);
            assertThat(Losses.of(guard)).isZero();
            assertThat(guard.statistics().interrupts()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void aConnectionServesOneRequestAfterTheOther(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol, new Work());
                TestClient client = TestClient.connect(server)) {
            for (int i = 0; i < 300; i++) {
                client.get("/hello");
                assertThat(client.body()).isEqualTo("hello");
            }
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void pipelinedRequestsAreServedInOrder(Protocol protocol) throws Exception {
        Echo echo = new Echo();
        try (TestServer server = start(protocol, echo);
                RawClient client = RawClient.connect(protocol, server.port())) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 300; i++)
                requests.append("GET /" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.send(requests.toString());
            for (int i = 0; i < 300; i++) assertThat(client.body()).isEqualTo("/" + i);
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void theServerMayCloseTheConnectionItself(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol, new Work())) {
            for (int i = 0; i < 200; i++)
                try (RawClient client = RawClient.connect(protocol, server.port())) {
                    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                    assertThat(client.readAll()).endsWith("hello");
                }
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @Test
    void aServerThatClosesTheConnectionWithinARequestHasNotLostItsClient() throws Exception {
        CompletableFuture<GuardedExchange> closed = new CompletableFuture<>();
        Handler closing =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        request.getConnectionMetaData().getConnection().getEndPoint().close();
                        closed.complete(GuardedExchange.of(request));
                        callback.succeeded();
                        return true;
                    }
                };
        try (TestServer server = start(Protocol.HTTP_1, closing);
                RawClient client = RawClient.connect(server.port())) {
            client.get("/");
            assertThat(client.readAll()).isEmpty();
            assertThat(closed.get(20, TimeUnit.SECONDS).token().isCancelled()).isFalse();
            assertThat(guard.statistics().interrupts()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aHandlerThatWorksOnAfterItsWholeAnswerIsLeftAlone(Protocol protocol) throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        AtomicReference<Throwable> disturbed = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        Handler workingOn =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        response.getHeaders().put("Content-Length", 5);
                        try (Blocker.Callback blocker = Blocker.callback()) {
                            ByteBuffer whole =
                                    ByteBuffer.wrap("whole".getBytes(StandardCharsets.US_ASCII));
                            response.write(false, whole, blocker);
                            blocker.block();
                        }
                        try {
                            assertThat(left.await(20, TimeUnit.SECONDS)).isTrue();
                            // the watch would have to say it within this time
                            assertThat(new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS))
                                    .isFalse();
                        } catch (Throwable interrupted) {
                            disturbed.set(interrupted);
                        }
                        callback.succeeded();
                        ended.countDown();
                        return true;
                    }
                };
        try (TestServer server = start(protocol, workingOn);
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.get("/");
            assertThat(client.body()).isEqualTo("whole");
            client.fin();
            left.countDown();
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(disturbed).hasValue(null);
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void anIdleConnectionIsClosedByItsTimeoutAsInABareServer(Protocol protocol) throws Exception {
        Work work = new Work();
        try (TestServer server =
                        TestServer.speaking(protocol)
                                .handledBy(work)
                                .guardedBy(guard::installOn)
                                .idleMillis(200)
                                .start();
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.get("/job"); // long enough that the watch is armed when the connection idles
            work.awaitRun();
            work.release.countDown();
            assertThat(client.body()).isEqualTo("done");
            assertThat(client.readAll()).isEmpty();
            await().until(() -> server.connector().getConnectedEndPoints().isEmpty());
            assertThat(Losses.of(guard)).isZero();
        }
    }

    private TestServer start(Protocol protocol, Handler handler) throws Exception {
        return TestServer.speaking(protocol).handledBy(handler).guardedBy(guard::installOn).start();
    }

    /** Answers the path. */
    private static final class Echo extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            Work.answer(response, Request.getPathInContext(request), callback);
            return true;
        }
    }
}
