package io.dropguard.spring.mvc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.spring.ClientLossEvent;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(
        classes = MvcApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.threads.virtual.enabled=true",
            "server.http2.enabled=true",
            "server.compression.enabled=true",
            "server.compression.min-response-size=1B"
        })
class ReturnValuesTest {
    private static final Logger ROOT =
            (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    @LocalServerPort private int port;
    @Autowired private Probe probe;
    @Autowired private DropGuard guard;
    @Autowired private MvcApplication application;
    @Autowired private MvcApplication.Controller controller;
    @Autowired private MvcApplication.Quick quick;
    @Autowired private MvcApplication.Advice advice;

    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        ROOT.addAppender(logged);
        application.losses().clear();
    }

    @AfterEach
    void stopListening() {
        ROOT.detachAppender(logged);
    }

    @ParameterizedTest
    @CsvSource({
        "/blocking, interrupted",
        "/callable, interrupted",
        "/web-async-task, interrupted",
        "/streaming, interrupted",
        "/deferred, error",
        "/future, cancelled",
        "/sse, error",
        "/mono, cancelled",
        "/flux, cancelled",
        "/events, cancelled",
        "/entity-of-flux, cancelled",
        "/async-future, interrupted",
        "/async-nothing, interrupted",
    })
    void whatAControllerReturnsIsCancelledWithItsClient(String path, String how) throws Exception {
        for (Protocol protocol : List.of(Protocol.HTTP_1, Protocol.H2C)) {
            int handled = advice.handled();
            try (TestClient client = connect(protocol)) {
                client.get(path);
                probe.awaitBegun();

                client.leave(protocol.isMultiplexed() ? Departure.STREAM_RESET : Departure.RST);

                assertThat(probe.awaitStopped()).as(protocol.name()).isEqualTo(how);
                ClientLossEvent event = application.losses().poll(20, SECONDS);
                assertThat(event).isNotNull();
                assertThat(event.path()).isEqualTo(path);
                assertThat(event.method()).isEqualTo("GET");
                assertThat(event.loss().signal())
                        .isIn(
                                protocol.isMultiplexed()
                                        ? Set.of(ClientLoss.Signal.STREAM_RESET)
                                        // what has begun to be written may fail before it is read
                                        : Set.of(
                                                ClientLoss.Signal.RST,
                                                ClientLoss.Signal.WRITE_FAILED));
            }
            await().until(() -> guard.statistics().active() == 0);
            assertThat(advice.handled()).as("exception handlers called").isEqualTo(handled);
        }
        assertThat(logged.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .extracting(ILoggingEvent::toString)
                .isEmpty();
    }

    @Test
    void whatIsDetachedIsFinishedThoughItsClientIsLost() throws Exception {
        try (TestClient client = connect(Protocol.HTTP_1)) {
            client.get("/async-detached");
            probe.awaitBegun();
            client.leave(Departure.RST);
            await().until(() -> guard.statistics().active() == 0);
        }

        controller.finish.countDown();

        assertThat(probe.awaitStopped()).isEqualTo("finished");
    }

    @ParameterizedTest
    @CsvSource({"/blocking", "/callable", "/async-future", "/async-nothing"})
    void theTokenIsKnownWhereverTheRequestIsWorkedFor(String path) throws Exception {
        try (TestClient client = connect(Protocol.HTTP_1)) {
            client.get(path);

            assertThat(probe.awaitBegun()).isEqualTo("CancellationToken[open]");

            client.leave(Departure.RST);
            probe.awaitStopped();
        }
        await().until(() -> guard.statistics().active() == 0);
    }

    @Test
    void tokenAndDeadlineAreArgumentsOfControllers() throws Exception {
        assertThat(get("/arguments").body()).isEqualTo("true true 59");
    }

    /** So that all of these tests are run with them too, on a JDK that has them. */
    @Test
    void requestsAndTasksAreRunByVirtualThreadsWhereThereAreAny() throws Exception {
        boolean virtual = Runtime.version().feature() >= 21;

        assertThat(get("/threads").body()).isEqualTo(virtual + " " + virtual);
    }

    @Test
    void aDeadlineThatIsAnnotatedIsKept() throws Exception {
        int handled = advice.handled();

        HttpResponse<String> answer = get("/deadline");

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(probe.awaitStopped()).isEqualTo("interrupted");
        await().until(() -> guard.statistics().active() == 0);
        assertThat(advice.handled()).isEqualTo(handled);
        probe.awaitBegun();
    }

    @Test
    void heartbeatsThatAreAnnotatedComeBeforeTheAnswer() throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(uri("/heartbeat/x"))
                        .header("Accept-Encoding", "gzip")
                        .build();
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofInputStream());
        probe.awaitBegun();
        assertThat(answer.get(20, SECONDS).body().read()).isEqualTo(' ');

        quick.beaten.countDown();

        assertThat(answer.get().headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(new String(answer.get().body().readAllBytes(), StandardCharsets.UTF_8))
                .endsWith("{\"name\":\"value\"}")
                .isNotBlank();
    }

    @Test
    void aFaultOfTheApplicationIsStillItsExceptionHandlers() throws Exception {
        HttpResponse<String> answer = get("/failing");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("a fault of the application");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri(path)).build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private TestClient connect(Protocol protocol) throws IOException {
        return protocol.isMultiplexed()
                ? Http2Client.connect(protocol, port)
                : RawClient.connect(protocol, port);
    }
}
