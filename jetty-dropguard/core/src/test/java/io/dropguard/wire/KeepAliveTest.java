package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a connection is kept between requests, and how that is told. */
class KeepAliveTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private DropGuard guard;

    private TestServer start(Protocol protocol, long idleMillis, Map<String, String> options)
            throws Exception {
        DropGuard.Builder builder = DropGuard.builder();
        options.forEach(builder::set);
        guard = builder.build();
        return TestServer.speaking(protocol)
                .handledBy(new Hello())
                .idleMillis(idleMillis)
                .guardedBy(guard::installOn)
                .start();
    }

    // ---- what is told

    @ParameterizedTest
    @CsvSource({
        "30000, 2s, 28",
        "30000, 0s, 30",
        "30999, 500ms, 30",
        "3000, 2s, 1",
        "2999, 2s, none",
        "0, 2s, none",
    })
    void anAnswerPromisesLessThanTheConnectionIsKept(
            long idleMillis, String margin, String expected) throws Exception {
        Map<String, String> options = Map.of("keep-alive-timeout-margin", margin);
        try (TestServer server = start(Protocol.HTTP_1, idleMillis, options);
                RawClient client = RawClient.connect(server.port())) {
            assertThat(promise(client.send(GET).readResponse())).isEqualTo(expected);
        }
    }

    @Test
    void nothingIsPromisedWhereItIsTurnedOffOrWouldReachTheWrongOnes() throws Exception {
        for (Map<String, String> options :
                List.of(Map.of("keep-alive-header", "false"), Map.of("behind-proxy", "nginx")))
            try (TestServer server = start(Protocol.HTTP_1, 30_000, options);
                    RawClient client = RawClient.connect(server.port())) {
                assertThat(promise(client.send(GET).readResponse())).isEqualTo("none");
            }
    }

    @Test
    void nothingIsPromisedOfAConnectionThatIsClosed() throws Exception {
        try (TestServer server = start(Protocol.HTTP_1, 30_000, Map.of());
                RawClient client = RawClient.connect(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(promise(client.readAll())).isEqualTo("none");
        }
    }

    // ---- planned ends

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void theLastAnswerOfAConnectionThatHasHadItsRequestsSaysSo(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol, 30_000, Map.of("max-requests", "3"));
                RawClient client = RawClient.connect(protocol, server.port())) {
            for (int i = 0; i < 2; i++)
                assertThat(client.send(GET).readResponse())
                        .doesNotContain("Connection: close")
                        .contains("Keep-Alive: timeout=28");
            assertThat(client.send(GET).readAll())
                    .contains("Connection: close")
                    .doesNotContain("Keep-Alive")
                    .endsWith("hello");
        }
    }

    @Test
    void theFirstAnswerAfterAConnectionsAgeSaysSo() throws Exception {
        try (TestServer server = start(Protocol.HTTP_1, 30_000, Map.of("max-age", "200ms"));
                RawClient client = RawClient.connect(server.port())) {
            long begin = System.nanoTime();
            long answers = 0;
            while (!client.send(GET).readResponse().contains("Connection: close")) answers++;
            assertThat(System.nanoTime() - begin).isGreaterThan(150_000_000);
            assertThat(answers).isPositive();
            assertThat(client.readAll()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"H2C", "H2"})
    void http2SaysGoAwayAndServesWhatIsOnItsWay(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol, 30_000, Map.of("max-requests", "2"));
                Http2Client client = Http2Client.connect(protocol, server.port())) {
            for (int i = 0; i < 2; i++) {
                client.get("/");
                assertThat(client.body()).isEqualTo("hello");
            }
            await().until(() -> server.connector().getConnectedEndPoints().isEmpty());
        }
    }

    // ---- idle ends

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aRequestThatComesAfterTheCloseIsALostRace(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol, 100, Map.of());
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send(GET).readResponse();
            assertThat(client.readAll()).as("shut down when it was idle").isEmpty();
            assertThat(guard.lostRaces().count()).isZero();

            client.send(GET); // as one would that has not seen it yet

            await().until(() -> guard.lostRaces().count() == 1);
            client.fin();
            await().until(() -> server.connector().getConnectedEndPoints().isEmpty());
            assertThat(guard.lostRaces().count()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aClientThatClosesWhenTheServerDoesHasLostNothing(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol, 100, Map.of());
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send(GET).readResponse();
            client.readAll();

            client.fin();

            await().until(() -> server.connector().getConnectedEndPoints().isEmpty());
            assertThat(guard.lostRaces().count()).isZero();
        }
    }

    @Test
    void aClientThatDoesNotCloseIsListenedToForTheGraceOnly() throws Exception {
        try (TestServer server = start(Protocol.HTTP_1, 100, Map.of("idle-grace", "100ms"));
                RawClient client = RawClient.connect(server.port())) {
            client.send(GET).readResponse();

            await().atMost(Duration.ofSeconds(5))
                    .until(() -> server.connector().getConnectedEndPoints().isEmpty());
            assertThat(guard.lostRaces().count()).isZero();
        }
    }

    @Test
    void withoutGraceJettyClosesAsEver() throws Exception {
        try (TestServer server = start(Protocol.HTTP_1, 100, Map.of("idle-grace", "0s"));
                RawClient client = RawClient.connect(server.port())) {
            client.send(GET).readResponse();
            assertThat(client.readAll()).isEmpty();
            client.send(GET);
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> server.connector().getConnectedEndPoints().isEmpty());
            assertThat(guard.lostRaces().count()).isZero();
        }
    }

    @Test
    void everyRequestAroundTheIdleTimeoutIsAnsweredOrCounted() throws Exception {
        int idle = 400;
        int lost = 0;
        try (TestServer server = start(Protocol.HTTP_1, idle, Map.of())) {
            for (int crowd = 0; crowd < 6; crowd++) lost += lostOfACrowd(server.port(), idle);
            int expected = lost;
            await().untilAsserted(() -> assertThat(guard.lostRaces().count()).isEqualTo(expected));
        }
    }

    /** Ten, so that none is kept waiting by the others until its connection is long gone. */
    private static int lostOfACrowd(int port, int idle) throws IOException {
        List<RawClient> clients = new ArrayList<>();
        List<Long> answered = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            RawClient client = RawClient.connect(port);
            clients.add(client);
            client.send(GET).readResponse();
            answered.add(System.nanoTime());
        }
        int lost = 0;
        for (int i = 0; i < clients.size(); i++) {
            long at = answered.get(i) + (idle - 3 + i % 6) * 1_000_000L;
            while (System.nanoTime() - at < 0) Thread.onSpinWait();
            if (!isAnswered(clients.get(i).send(GET))) lost++;
            clients.get(i).close();
        }
        return lost;
    }

    private static boolean isAnswered(RawClient client) throws IOException {
        try {
            return client.readHead().startsWith("HTTP/1.1 200");
        } catch (EOFException closed) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nginx, 62000",
        "haproxy, 62000",
        "caddy, 122000",
        "envoy, 3602000",
        "aws-alb, 62000",
        "75s, 77000",
        "10s, 30000",
    })
    void behindAProxyAConnectionIsKeptLongerThanTheProxyKeepsIt(String proxy, long expected)
            throws Exception {
        try (TestServer server = start(Protocol.HTTP_1, 30_000, Map.of("behind-proxy", proxy));
                RawClient client = RawClient.connect(server.port())) {
            client.send(GET).readResponse();
            assertThat(server.connector().getConnectedEndPoints())
                    .extracting(wire -> wire.getConnection().getEndPoint().getIdleTimeout())
                    .containsExactly(expected);
        }
    }

    private static String promise(String answer) {
        return answer.lines()
                .filter(line -> line.startsWith("Keep-Alive: timeout="))
                .map(line -> line.substring("Keep-Alive: timeout=".length()))
                .findFirst()
                .orElse("none");
    }

    private static final class Hello extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            Content.Sink.write(response, true, "hello", callback);
            return true;
        }
    }
}
