package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.dropguard.DropGuard;
import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.ServerStopping;
import io.dropguard.connector.Draining.Phase;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that stops finishes what it has begun, or says that it does not. */
@Timeout(60)
class DrainingTest {
    private static final int PATIENCE = 20;
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final Blocking work = new Blocking();
    private DropGuard guard;
    private TestServer server;

    private void start(Protocol protocol, Handler handler, String... options) throws Exception {
        DropGuard.Builder builder = DropGuard.builder();
        for (int i = 0; i < options.length; i += 2) builder.set(options[i], options[i + 1]);
        guard = builder.build();
        server =
                TestServer.speaking(protocol)
                        .handledBy(handler)
                        .guardedBy(guard::installOn)
                        .connector(connector -> connector.setShutdownIdleTimeout(300))
                        .start();
    }

    private Future<?> stopping() {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        server.server().stop();
                    } catch (Exception failed) {
                        throw new IllegalStateException(failed);
                    }
                },
                task -> new Thread(task).start()); // the common pool may have one thread
    }

    @AfterEach
    void stop() throws Exception {
        work.end.countDown();
        server.close();
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void whatIsInFlightIsAnsweredAndThenTheServerStops(Protocol protocol) throws Exception {
        start(protocol, work, "drain-timeout", "20s");
        try (TestClient client = TestClient.connect(server)) {
            client.get("/");
            work.awaitBegun();

            Future<?> stopped = stopping();
            await().until(() -> guard.draining().phase() == Phase.DRAINING);
            work.end.countDown();

            assertThat(client.body()).isEqualTo("done");
            stopped.get(PATIENCE, TimeUnit.SECONDS);
            assertThat(work.reason).isNull();
            assertThat(guard.draining().phase()).isEqualTo(Phase.STOPPED);
        }
    }

    @Execution(CONCURRENT)
    @Test
    void anAnswerInFlightSaysThatItIsTheLast() throws Exception {
        start(Protocol.HTTP_1, work, "drain-timeout", "20s");
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(GET);
            work.awaitBegun();
            Future<?> stopped = stopping();
            await().until(() -> server.connector().isShutdown());
            work.end.countDown();
            assertThat(client.readAll()).contains("Connection: close").endsWith("done");
            stopped.get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void whatTakesTooLongIsCancelledBecauseTheServerStops(Protocol protocol) throws Exception {
        start(protocol, work, "drain-timeout", "50ms");
        try (TestClient client = TestClient.connect(server)) {
            client.get("/");
            work.awaitBegun();

            stopping().get(PATIENCE, TimeUnit.SECONDS); // and does not throw

            work.awaitEnded();
            assertThat(work.reason).isEqualTo(new ServerStopping());
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void withoutATimeToStopItIsCancelledAtOnce(Protocol protocol) throws Exception {
        start(protocol, work);
        assertThat(server.server().getStopTimeout()).isZero();
        try (TestClient client = TestClient.connect(server)) {
            client.get("/");
            work.awaitBegun();

            stopping().get(PATIENCE, TimeUnit.SECONDS);

            work.awaitEnded();
            assertThat(work.reason).isEqualTo(new ServerStopping());
        }
    }

    @Execution(CONCURRENT)
    @Test
    void theServersOwnStopTimeoutIsEnough() throws Exception {
        start(Protocol.HTTP_1, new GracefulHandler(work));
        server.server().setStopTimeout(2_100);
        try (RawClient client = RawClient.connect(server.port())) {
            client.send(GET);
            work.awaitBegun();

            stopping().get(PATIENCE, TimeUnit.SECONDS);

            work.awaitEnded();
            assertThat(work.reason).isEqualTo(new ServerStopping());
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void aConnectorThatIsShutDownBeforeTheServerDrainsToo(Protocol protocol) throws Exception {
        start(protocol, work, "drain-timeout", "50ms"); // as Spring Boot does it
        try (TestClient client = TestClient.connect(server)) {
            client.get("/");
            work.awaitBegun();

            Future<Void> drained = server.connector().shutdown();

            assertThat(guard.draining().phase()).isEqualTo(Phase.DRAINING);
            work.awaitEnded();
            assertThat(work.reason).isEqualTo(new ServerStopping());
            drained.get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void whatDoesNotHeedItsCancellationIsClosedASecondLater(Protocol protocol) throws Exception {
        CountDownLatch told = new CountDownLatch(1);
        start(
                protocol,
                new Stubborn(work, told::countDown),
                "drain-timeout",
                "50ms",
                "interrupt",
                "false");
        try (TestClient client = TestClient.connect(server)) {
            client.get("/");
            work.awaitBegun();

            Future<Void> drained = server.connector().shutdown();

            assertThat(told.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
            long cancelled = System.nanoTime();
            drained.get(PATIENCE, TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(System.nanoTime() - cancelled))
                    .isGreaterThan(Duration.ofMillis(900));
            assertThat(work.ended.getCount()).as("works on").isEqualTo(1);
        }
    }

    @Execution(CONCURRENT)
    @Test
    void nobodyIsAcceptedWhileWhatIsInFlightIsFinished() throws Exception {
        start(Protocol.HTTP_1, work, "drain-timeout", "20s");
        int port = server.port();
        try (RawClient client = RawClient.connect(port)) {
            client.send(GET);
            work.awaitBegun();
            Future<?> stopped = stopping();
            await().until(() -> guard.draining().phase() == Phase.DRAINING);

            await().untilAsserted(
                            () ->
                                    assertThatThrownBy(() -> RawClient.connect(port))
                                            .isInstanceOf(ConnectException.class));

            work.end.countDown();
            assertThat(client.readAll()).endsWith("done");
            stopped.get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void anIdleConnectionIsServedForAMomentAndThenClosed(Protocol protocol) throws Exception {
        work.end.countDown();
        start(protocol, work, "drain-timeout", "20s");
        try (TestClient used = TestClient.connect(server);
                TestClient idle = TestClient.connect(server)) {
            used.get("/");
            assertThat(used.body()).isEqualTo("done");
            idle.get("/");
            assertThat(idle.body()).isEqualTo("done");

            Future<Void> drained = server.connector().shutdown();
            if (!protocol.isMultiplexed()) { // those were told to go away
                used.get("/");
                assertThat(used.body()).isEqualTo("done");
            }

            drained.get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void aRequestThatIsQuietWhileTheServerDrainsIsNotTimedOut(Protocol protocol) throws Exception {
        start(protocol, work, "drain-timeout", "20s");
        try (TestClient client = TestClient.connect(server);
                TestClient idle = TestClient.connect(server)) {
            client.get("/");
            work.awaitBegun();
            idle.get("/idle");
            assertThat(idle.body()).isEqualTo("idle");

            Future<?> stopped = stopping();
            // the idle one is gone after that time, so the other one has been quiet for as long
            await().until(() -> server.connector().getConnectedEndPoints().size() == 1);
            work.end.countDown();

            assertThat(client.body()).isEqualTo("done");
            stopped.get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    @Execution(CONCURRENT)
    @Test
    void anUploadThatPausesWhileTheServerDrainsIsServed() throws Exception {
        start(Protocol.HTTP_1, new Echo(work), "drain-timeout", "20s");
        try (RawClient client = RawClient.connect(server.port());
                RawClient idle = RawClient.connect(server.port())) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\na");
            work.awaitBegun();
            idle.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
            idle.readResponse();
            Future<?> stopped = stopping();
            await().until(() -> server.connector().getConnectedEndPoints().size() == 1);

            assertThat(client.send("b").readAll()).contains("200 OK").endsWith("ab");

            stopped.get(PATIENCE, TimeUnit.SECONDS);
        }
    }

    @Execution(CONCURRENT)
    @Test
    void beforeItStopsItIsNotReadyForAWhileAndServesAsEver() throws Exception {
        work.end.countDown();
        start(Protocol.HTTP_1, work, "pre-stop-delay", "1h");
        assertThat(guard.draining().isReady()).isTrue();
        Thread stopping = new Thread(this::stopQuietly);
        stopping.start();
        await().until(() -> guard.draining().phase() == Phase.LEAVING);
        assertThat(guard.draining().isReady()).isFalse();

        for (int i = 0; i < 3; i++)
            try (RawClient client = RawClient.connect(server.port())) {
                assertThat(client.send(GET).readAll())
                        .contains("Connection: close")
                        .endsWith("done");
            }

        stopping.interrupt(); // whoever is in a hurry
        stopping.join(Duration.ofSeconds(PATIENCE).toMillis());
        assertThat(guard.draining().phase()).isEqualTo(Phase.STOPPED);
    }

    @Execution(CONCURRENT)
    @Test
    void whenTheDelayIsOverItStopsByItself() throws Exception {
        start(Protocol.HTTP_1, work, "pre-stop-delay", "300ms");
        long begin = System.nanoTime();
        stopping().get(PATIENCE, TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(guard.draining().phase()).isEqualTo(Phase.STOPPED);
    }

    private void stopQuietly() {
        try {
            server.server().stop();
        } catch (Exception interrupted) {
            assertThat(interrupted).isInstanceOf(InterruptedException.class); // Jetty waits too
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void aServerThatHasDrainedAndIsStartedAgainServes(Protocol protocol) throws Exception {
        work.end.countDown();
        start(protocol, work, "drain-timeout", "20s", "idle-grace", "50ms");
        for (int i = 0; i < 3; i++) {
            serves();
            try (TestClient idle = TestClient.connect(server)) {
                idle.get("/idle");
                assertThat(idle.body()).isEqualTo("idle");
                stopping().get(PATIENCE, TimeUnit.SECONDS);
            }
            server.server().start();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource
    void aConnectorThatWasShutDownAndIsStartedAgainServes(Protocol protocol) throws Exception {
        work.end.countDown();
        start(protocol, work, "drain-timeout", "20s");
        for (int i = 0; i < 3; i++) {
            serves();
            server.connector().shutdown().get(PATIENCE, TimeUnit.SECONDS);
            server.connector().stop();
            server.connector().start();
        }
    }

    /** Twice on one connection: a session that says GOAWAY would still answer the first. */
    private void serves() throws Exception {
        try (TestClient client = TestClient.connect(server)) {
            for (int i = 0; i < 2; i++) {
                client.get("/idle");
                assertThat(client.body()).isEqualTo("idle");
            }
        }
    }

    @Execution(CONCURRENT)
    @Test
    void aServerThatIsStartedAgainIsReadyAgain() throws Exception {
        work.end.countDown();
        start(Protocol.HTTP_1, work, "drain-timeout", "1s");
        for (int i = 0; i < 2; i++) {
            try (RawClient client = RawClient.connect(server.port())) {
                assertThat(client.send(GET).readResponse()).contains("Keep-Alive: timeout=28");
            }
            server.server().stop();
            assertThat(guard.draining().phase()).isEqualTo(Phase.STOPPED);
            server.server().start();
            assertThat(guard.draining().isReady()).isTrue();
        }
    }

    /** Works until the test has it end, or it is interrupted. */
    private static final class Blocking extends Handler.Abstract {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch end = new CountDownLatch(1);
        final CountDownLatch ended = new CountDownLatch(1);
        volatile CancellationReason reason;

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            if (Request.getPathInContext(request).equals("/idle")) {
                Content.Sink.write(response, true, "idle", callback);
                return true;
            }
            begun.countDown();
            try {
                end.await();
                Content.Sink.write(response, true, "done", callback);
                return true;
            } finally {
                reason = GuardedExchange.of(request).token().reason().orElse(null);
                ended.countDown();
            }
        }

        void awaitBegun() throws InterruptedException {
            assertThat(begun.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        }

        void awaitEnded() throws InterruptedException {
            assertThat(ended.await(PATIENCE, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** Goes on whatever it is told. */
    private static final class Stubborn extends Handler.Abstract {
        private final Blocking work;
        private final Runnable told;

        Stubborn(Blocking work, Runnable told) {
            this.work = work;
            this.told = told;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            GuardedExchange.of(request).token().onCancelled(reason -> told.run());
            return work.handle(request, response, callback);
        }
    }

    /** Answers with what it was sent. */
    private static final class Echo extends Handler.Abstract {
        private final Blocking work;

        Echo(Blocking work) {
            this.work = work;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws IOException {
            work.begun.countDown();
            Content.Sink.write(response, true, Content.Source.asString(request), callback);
            return true;
        }
    }
}
