package io.dropguard.monitor;

import static io.dropguard.monitor.StuckServer.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ending connections by hand, and what becomes of the work. */
class EndingTest {
    /** Of HTTP/2, with an empty SETTINGS frame. */
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0";

    /** A HEADERS frame that ends stream 1: {@code GET http://a/large}. */
    private static final String GET_LARGE =
            "\0\0\15\1\5\0\0\0\1" + "\202\206" + "\4\6/large" + "\1\1a";

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void workIsCancelledAtOnceAndInterruptedAtItsOwnLimit(Protocol protocol) throws Exception {
        try (StuckServer server = new StuckServer(protocol, "stuck-interrupt=400ms");
                TestClient client = TestClient.connect(server.server())) {
            client.get("/job");
            ConnectionSnapshot working = server.awaitPhase(ConnectionPhase.COMPUTING);
            assertThat(working.streams()).isEqualTo(1);
            assertThat(server.guard.connections().stack(working.id()))
                    .anyMatch(frame -> frame.getClassName().equals(StuckServer.class.getName()));
            assertThat(server.guard.connections().shutdown(working.id(), working.epoch())).isTrue();
            assertThat(server.guard.connections().shutdown(working.id(), working.epoch()))
                    .as("a second time")
                    .isFalse();
            assertThat(server.interrupted).as("within the limit").hasValue(0);
            soon().until(() -> server.interrupted.get() == 1);
            soon().until(() -> server.guard.statistics().interrupts() == 1);
            assertThat(server.guard.statistics().losses().values()).containsOnly(0L);
            server.awaitNoConnection();
            assertThatThrownBy(client::body).isInstanceOf(Exception.class);
        }
    }

    @Test
    void allOfOneRemoteAreShutDownAndNoOthers() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.HTTP_1);
                RawClient one = RawClient.connect(server.port());
                RawClient two = RawClient.connect(server.port())) {
            one.get("/hello");
            one.readResponse();
            soon().until(() -> server.guard.connections().count() == 2);
            assertThat(server.guard.connections().shutdownRemote("127.0.0.2")).isZero();
            assertThat(server.guard.connections().shutdownRemote("127.0.0.1")).isEqualTo(2);
            assertThat(one.readAll() + two.readAll()).isEmpty();
            server.awaitNoConnection();
        }
    }

    @Test
    void allThatAreStuckAreShutDownAndNoOthers() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.HTTP_1, "stuck-reading-body=200ms");
                RawClient idle = RawClient.connect(server.port());
                RawClient stalled = RawClient.connect(server.port())) {
            stalled.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            server.awaitReport(StuckReport.Kind.STUCK);
            assertThat(server.guard.connections().shutdownStuck()).isEqualTo(1);
            soon().until(() -> server.blocked.get() == 0);
            idle.get("/hello");
            assertThat(idle.readResponse()).endsWith("done");
            assertThat(server.awaitReport(StuckReport.Kind.SHUT_DOWN).limit()).isEqualTo("by hand");
        }
    }

    /** T1 sees the connection stuck; T2 has the rest of the body sent; T1 shuts it down. */
    @Test
    void aConnectionThatRecoveredFirstIsLeftAlone() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.HTTP_1);
                RawClient client = RawClient.connect(server.port())) {
            client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            ConnectionSnapshot stuck = server.awaitPhase(ConnectionPhase.READING_BODY);
            client.send("67890");
            assertThat(client.readResponse()).endsWith("done");
            assertThat(server.guard.connections().shutdown(stuck.id(), stuck.epoch())).isFalse();
            client.get("/hello");
            assertThat(client.readResponse()).endsWith("done");
        }
    }

    /** T1 shuts the connection down; T2 has the rest of the body sent. */
    @Test
    void aConnectionThatWasShutDownFirstIsNotAnswered() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.HTTP_1);
                RawClient client = RawClient.connect(server.port())) {
            client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
            ConnectionSnapshot stuck = server.awaitPhase(ConnectionPhase.READING_BODY);
            assertThat(server.guard.connections().shutdown(stuck.id(), stuck.epoch())).isTrue();
            assertThat(client.readAll()).isEmpty();
            soon().until(() -> server.blocked.get() == 0);
            server.awaitNoConnection();
        }
    }

    @Test
    void aConnectionThatLingersCanBeShutDown() throws Exception {
        try (StuckServer server = new StuckServer(Protocol.HTTP_1);
                RawClient client = RawClient.connect(server.port())) {
            // answered before it is whole
            client.send("POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n12345");
            assertThat(client.readResponse()).endsWith("done");
            ConnectionSnapshot lingering = server.awaitPhase(ConnectionPhase.LINGERING);
            assertThat(server.guard.connections().shutdown(lingering.id(), lingering.epoch()))
                    .isTrue();
            server.awaitNoConnection();
        }
    }

    @Test
    void anHttp2ConnectionWhoseClientDoesNotReadIsStuckInWriting() throws Exception {
        try (StuckServer server =
                        new StuckServer(
                                Protocol.H2C, "stuck-writing=300ms", "stuck-action=shutdown");
                RawClient client = RawClient.connect(server.port())) {
            client.send(PREFACE).send(GET_LARGE); // 64 KiB fit the window, and it asks for no more
            StuckReport stuck = server.awaitReport(StuckReport.Kind.STUCK);
            assertThat(stuck.phase()).isEqualTo(ConnectionPhase.WRITING);
            assertThat(stuck.connection().protocol()).isEqualTo("HTTP/2.0");
            soon().until(() -> server.blocked.get() == 0);
            server.awaitNoConnection();
        }
    }

    @Test
    void theThreadThatLooksStartsWithTheFirstConnectionAndStopsAfterTheServer() throws Exception {
        StuckServer server = new StuckServer(Protocol.HTTP_1, "stuck-idle=10s");
        int before = monitors();
        try (RawClient client = RawClient.connect(server.port())) {
            client.get("/hello");
            client.readResponse();
            soon().until(() -> monitors() == before + 1);
            client.fin();
            server.awaitNoConnection();
            assertThat(monitors()).as("the server runs on").isEqualTo(before + 1);
        }
        server.close();
        soon().atMost(Duration.ofSeconds(5)).until(() -> monitors() == before);
    }

    private static int monitors() {
        return (int)
                Thread.getAllStackTraces().keySet().stream()
                        .filter(each -> each.getName().equals("dropguard-monitor"))
                        .count();
    }
}
