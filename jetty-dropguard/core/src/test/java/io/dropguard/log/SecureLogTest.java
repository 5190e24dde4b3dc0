package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What the log says of exchanges over TLS. */
class SecureLogTest {
    private final Records records = new Records();
    private final CountDownLatch working = new CountDownLatch(1);
    private TestServer server;

    private void start(Protocol protocol) throws Exception {
        LogConfig config = LogConfig.DEFAULT.withBodies(BodyConfig.all());
        DropGuard guard = DropGuard.builder().log(new ExchangeLog(config, records)).build();
        Handler application =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        if (Request.getPathInContext(request).equals("/waits")) {
                            await(callback);
                            return true;
                        }
                        response.getHeaders().put("Content-Type", "text/plain;charset=utf-8");
                        Content.Sink.write(response, true, "gr\u00fc\u00dfe", callback);
                        return true;
                    }
                };
        server =
                TestServer.speaking(protocol)
                        .handledBy(application)
                        .guardedBy(guard::installOn)
                        .start();
    }

    private void await(Callback callback) {
        working.countDown();
        try {
            boolean released = new CountDownLatch(1).await(20, TimeUnit.SECONDS);
            callback.failed(new IllegalStateException("released: " + released));
        } catch (InterruptedException stopped) {
            callback.failed(stopped);
        }
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS", "H2"})
    void theyAreToldWithTheirSchemeTheirVersionAndTheBytesOfTheApplication(Protocol protocol)
            throws Exception {
        start(protocol);
        try (TestClient client = TestClient.connect(server)) {
            client.get("/greets?x=1");
            client.body();
            JsonNode record = records.next();

            assertThat(record.get("url.scheme").asString()).isEqualTo("https");
            assertThat(record.get("network.protocol.version").asString())
                    .isEqualTo(protocol.isMultiplexed() ? "2" : "1.1");
            assertThat(record.get("url.path").asString()).isEqualTo("/greets");
            assertThat(record.get("server.address").asString()).isEqualTo("localhost");
            assertThat(record.get("network.peer.address").asString()).isEqualTo("127.0.0.1");
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
            assertThat(record.get("dropguard.bytes.written").asLong()).isEqualTo(7); // not TLS's
            assertThat(record.get("http.response.body.size").asLong()).isEqualTo(7);
            assertThat(record.get("dropguard.response.body").asString())
                    .isEqualTo("gr\u00fc\u00dfe");
        }
    }

    static Stream<Arguments> departures() {
        return Stream.of(Protocol.TLS, Protocol.H2)
                .flatMap(
                        protocol ->
                                Stream.of(Departure.values())
                                        .filter(each -> each.isPossibleOver(protocol))
                                        .map(each -> Arguments.of(protocol, each)));
    }

    @ParameterizedTest
    @MethodSource("departures")
    void aClientThatLeavesIsToldAsLostAndHow(Protocol protocol, Departure departure)
            throws Exception {
        start(protocol);
        try (TestClient client = TestClient.connect(server)) {
            client.get("/waits");
            assertThat(working.await(20, TimeUnit.SECONDS)).isTrue();
            client.leave(departure);
            JsonNode record = records.next();

            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("client_lost");
            assertThat(record.get("url.scheme").asString()).isEqualTo("https");
            assertThat(record.get("dropguard.loss.signal").asString())
                    .isEqualTo(
                            switch (departure) {
                                case FIN, GO_AWAY -> "fin";
                                case RST -> "rst";
                                case STREAM_RESET -> "stream_reset";
                            });
            assertThat(record.get("dropguard.loss.after_ms").asDouble())
                    .isBetween(0.0, record.get("dropguard.duration_ms").asDouble());
            assertThat(record.get("dropguard.ran_on_ms").asDouble()).isNotNegative();
        }
    }
}
