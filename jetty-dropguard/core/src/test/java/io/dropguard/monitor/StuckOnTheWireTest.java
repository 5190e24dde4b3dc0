package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.dropguard.cancel.StuckConnection;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The cases of a monitor for another server, which were tried by hand there. */
class StuckOnTheWireTest {
    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void whoeverConnectsAndSaysNothingIsShutDown(Protocol protocol) throws Exception {
        try (StuckServer server =
                        new StuckServer(
                                protocol, shutdown(protocol.isSecure() ? "handshaking" : "idle"));
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            ConnectionPhase expected =
                    protocol.isSecure() ? ConnectionPhase.HANDSHAKING : ConnectionPhase.IDLE;
            assertThat(server.awaitReport(StuckReport.Kind.STUCK).phase()).isEqualTo(expected);
            StuckReport ended = server.awaitReport(StuckReport.Kind.SHUT_DOWN);
            assertThat(ended.limit()).isEqualTo("limit: 0.3 s");
            assertThat(ended.stuckFor()).isGreaterThan(Duration.ofMillis(300));
            awaitEnd(silent);
            server.awaitNoConnection();
        }
    }

    @Execution(CONCURRENT)
    @Test
    void whoeverShakesHandsAndSaysNothingIsIdleAndShutDown() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.TLS, shutdown("idle"));
                RawClient silent = RawClient.connect(Protocol.TLS, server.port())) {
            assertThat(server.awaitReport(StuckReport.Kind.STUCK).phase())
                    .isEqualTo(ConnectionPhase.IDLE);
            assertThat(silent.readAll()).isEmpty();
            server.awaitNoConnection();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aBodyThatStallsIsShutDownAndItsThreadFreed(Protocol protocol) throws Exception {
        try (StuckServer server = new StuckServer(protocol, shutdown("reading-body"));
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            StuckReport stuck = server.awaitReport(StuckReport.Kind.STUCK);
            assertThat(stuck.phase()).isEqualTo(ConnectionPhase.READING_BODY);
            assertThat(stuck.connection().method()).isEqualTo("POST");
            assertThat(stuck.connection().path()).isEqualTo("/read");
            assertThat(stuck.connection().stuck()).isTrue();
            await().until(() -> server.blocked.get() == 0);
            server.awaitNoConnection();
            assertThat(server.interrupted).hasValue(0);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void theWorkAndTheExchangeLogLearnThatItWasStuckAndNotLost(Protocol protocol) throws Exception {
        try (StuckServer server = new StuckServer(protocol, shutdown("reading-body"));
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            await().until(() -> server.log.size() == 1);
            assertThat(server.log.get(0)).contains("\"stuck\"").doesNotContain("client_lost");
            assertThat(server.reasons).hasOnlyElementsOfType(StuckConnection.class).hasSize(1);
            StuckConnection reason = (StuckConnection) server.reasons.get(0);
            assertThat(reason.phase()).isEqualTo("READING_BODY");
            assertThat(reason.after()).isGreaterThan(Duration.ofMillis(300));
            assertThat(server.guard.statistics().losses().values()).containsOnly(0L);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aHeadThatStallsIsAnswered408(Protocol protocol) throws Exception {
        try (StuckServer server = new StuckServer(protocol, shutdown("reading-headers"));
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send("GET /job HTTP/1.1\r\nHost: a\r\n").send("X");
            assertThat(client.readHead()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
            assertThat(server.awaitReport(StuckReport.Kind.SHUT_DOWN).phase())
                    .isEqualTo(ConnectionPhase.READING_HEADERS);
            server.awaitNoConnection();
        }
    }

    /** The end that we make of its input is none of the client's, and nobody is asked about it. */
    @Execution(CONCURRENT)
    @Test
    void aClientWhoseWorkIsShutDownIsSentNothing() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.HTTP_1);
                RawClient client = RawClient.connect(Protocol.HTTP_1, server.port())) {
            client.get("/job");
            ConnectionSnapshot computing = server.awaitPhase(ConnectionPhase.COMPUTING);
            await().until(() -> computing.age().toMillis() + 50 < ageMillis(server)); // is watched

            assertThat(server.guard.connections().shutdownRemote("127.0.0.1")).isEqualTo(1);

            assertThat(client.readAll()).isEmpty();
            assertThat(computing.shutDown()).isFalse();
            assertThat(server.awaitPhase(ConnectionPhase.COMPUTING).shutDown())
                    .as("listed until its work has ended")
                    .isTrue();
            server.release.countDown();
            server.awaitNoConnection();
        }
    }

    private static long ageMillis(StuckServer server) {
        return server.guard.connections().snapshot().get(0).age().toMillis();
    }

    /** With the last bytes of the handshake, so that no more need come before it is stuck. */
    @Execution(CONCURRENT)
    @Test
    void aHeadThatCameWithTheHandshakeIsAnswered408() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.TLS, shutdown("reading-headers"))) {
            for (int i = 0; i < 8; i++) // of which some are quick enough
            try (RawClient client = RawClient.connect(Protocol.TLS, server.port())) {
                    client.send("GET /job HTTP/1.1\r\n");
                    assertThat(client.readHead()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
                }
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aClientThatNeverReadsIsShutDownAndItsThreadFreed(Protocol protocol) throws Exception {
        try (StuckServer server = new StuckServer(protocol, shutdown("writing"));
                RawClient client = RawClient.connectWithSmallBuffer(protocol, server.port())) {
            client.get("/large");
            StuckReport stuck = server.awaitReport(StuckReport.Kind.STUCK);
            assertThat(stuck.phase()).isEqualTo(ConnectionPhase.WRITING);
            assertThat(stuck.connection().bytesWritten()).isPositive();
            await().until(() -> server.blocked.get() == 0);
            server.awaitNoConnection();
            assertThat(server.reports)
                    .extracting(StuckReport::kind)
                    .containsExactly(StuckReport.Kind.STUCK, StuckReport.Kind.SHUT_DOWN);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aByteBeforeEveryTimeoutDoesNotStretchTheTimeForAHead(Protocol protocol) throws Exception {
        try (StuckServer server =
                        new StuckServer(
                                protocol,
                                "stuck-reading-headers=500ms",
                                "stuck-action-reading-headers=shutdown");
                Trickle trickle = new Trickle(protocol, server, "GET / HTTP/1.1\r\nX: ")) {
            server.server().connector().setIdleTimeout(200);
            assertThat(trickle.client.readHead()).startsWith("HTTP/1.1 408");
            StuckReport ended = server.awaitReport(StuckReport.Kind.SHUT_DOWN);
            assertThat(ended.stuckFor()).isGreaterThan(Duration.ofMillis(500));
            assertThat(ended.connection().bytesRead()).isGreaterThan(20);
            server.awaitNoConnection();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aByteBeforeEveryTimeoutIsTooSlowForABody(Protocol protocol) throws Exception {
        try (StuckServer server =
                        new StuckServer(
                                protocol,
                                "min-rate-request-body=10KiB",
                                "min-rate-grace=400ms",
                                "stuck-action=shutdown");
                Trickle trickle =
                        new Trickle(
                                protocol,
                                server,
                                "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n")) {
            StuckReport ended = server.awaitReport(StuckReport.Kind.SHUT_DOWN);
            assertThat(ended.phase()).isEqualTo(ConnectionPhase.READING_BODY);
            assertThat(ended.limit()).isEqualTo("limit: 10240 bytes/s");
            await().until(() -> server.blocked.get() == 0);
            server.awaitNoConnection();
            assertThat(trickle.sent).hasPositiveValue();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void withoutALimitNothingIsStuckAndNothingLooks(Protocol protocol) throws Exception {
        try (StuckServer server = new StuckServer(protocol);
                RawClient slow = RawClient.connect(protocol, server.port());
                RawClient unread = RawClient.connectWithSmallBuffer(protocol, server.port())) {
            slow.send("GET /");
            unread.get("/large");
            ConnectionSnapshot reading = server.awaitPhase(ConnectionPhase.READING_HEADERS);
            ConnectionSnapshot writing = server.awaitPhase(ConnectionPhase.WRITING);
            assertThat(reading.stuck() || writing.stuck()).isFalse();
            assertThat(server.guard.connections().shutdownStuck()).isZero();
            slow.send("job HTTP/1.1\r\nHost: a\r\n\r\n");
            server.awaitPhase(ConnectionPhase.COMPUTING);
            server.release.countDown();
            assertThat(slow.readResponse()).endsWith("done");
            assertThat(server.reports).isEmpty();
        }
    }

    private static String[] shutdown(String phase) {
        return new String[] {"stuck-" + phase + "=300ms", "stuck-action=shutdown"};
    }

    private static void awaitEnd(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        InputStream in = socket.getInputStream();
        while (in.read() >= 0) {} // a TLS server may send an alert
    }

    /** Sends one byte every 50 ms, until it is cut off. */
    private static final class Trickle implements AutoCloseable {
        private static final long INTERVAL_MILLIS = 50;

        final RawClient client;
        final AtomicInteger sent = new AtomicInteger();
        private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        private final Future<?> sending;

        Trickle(Protocol protocol, StuckServer server, String beginning) throws IOException {
            client = RawClient.connect(protocol, server.port());
            client.send(beginning);
            sending =
                    clock.scheduleAtFixedRate(
                            this::sendByte, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        }

        private void sendByte() {
            try {
                client.send("a");
                sent.incrementAndGet();
            } catch (IOException cutOff) {
                throw new IllegalStateException(cutOff); // and there is no next time
            }
        }

        @Override
        public void close() {
            sending.cancel(false);
            clock.shutdownNow();
            client.close();
        }
    }
}
