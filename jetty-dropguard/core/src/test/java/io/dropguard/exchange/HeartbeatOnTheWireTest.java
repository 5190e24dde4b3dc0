package io.dropguard.exchange;

import static io.dropguard.exchange.WaitFixture.awaitBeats;
import static io.dropguard.exchange.WaitFixture.bytes;
import static io.dropguard.exchange.WaitFixture.readTo;
import static io.dropguard.exchange.WaitFixture.send;
import static io.dropguard.exchange.WaitFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.dropguard.DropGuard;
import io.dropguard.PolicyBuilder;
import io.dropguard.exchange.WaitFixture.Application;
import io.dropguard.exchange.WaitFixture.Wire;
import io.dropguard.heartbeat.HeartbeatMode;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeartbeatOnTheWireTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    private static final String CLOSE = "Connection: close\r\n\r\n";
    private static final String DOCUMENT = "{\"late\":1}";

    private static void beats(PolicyBuilder policy) {
        policy.heartbeat(HeartbeatMode.AUTO)
                .heartbeatInterval(Duration.ofMillis(10))
                .heartbeatContentType("application/json");
    }

    // ---- what the application does after the first

    @ParameterizedTest
    @EnumSource(Wire.class)
    void spacesComeBeforeADocumentAndLateStatusGoesToTheTrailer(Wire wire) throws Exception {
        Application late =
                (request, response, callback) -> {
                    awaitBeats(request, 3);
                    assertThat(response.isCommitted()).isTrue();
                    response.setStatus(404);
                    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 99);
                    response.getHeaders().put("X-Late", "1");
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                    response.write(true, bytes(DOCUMENT), callback);
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, late)) {
            ContentResponse answer = fixture.get(wire);
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentAsString()).matches(" {3,}\\{\"late\":1}");
            assertThat(answer.getHeaders().get(HttpHeader.CONTENT_TYPE))
                    .isEqualTo("application/json");
            assertThat(answer.getHeaders().contains("X-Late")).isFalse();
            assertThat(answer.getTrailers().get("DropGuard-Status")).isEqualTo("404");
            fixture.awaitQuiet();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aFailureAfterTheFirstIsAProblemDocument(Wire wire) throws Exception {
        Application failing =
                (request, response, callback) -> {
                    awaitBeats(request, 2);
                    throw new QuietException.RuntimeException("broken");
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, failing)) {
            ContentResponse answer = fixture.get(wire);
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentAsString())
                    .matches(" +\\{\"type\":\"about:blank\".*\"status\":500.*}");
            assertThat(answer.getTrailers().get("DropGuard-Status")).isEqualTo("500");
            fixture.awaitQuiet();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aHandlerThatDeclinesAfterTheFirstIsAProblemDocument(Wire wire) throws Exception {
        Handler declining =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        awaitBeats(request, 1);
                        return false;
                    }
                };
        DropGuard guard = DropGuard.builder().everywhere(HeartbeatOnTheWireTest::beats).build();
        try (WaitFixture fixture = new WaitFixture(guard, declining, true)) {
            ContentResponse answer = fixture.get(wire);
            assertThat(answer.getContentAsString()).matches(" +\\{.*\"status\":404.*}");
            assertThat(answer.getTrailers().get("DropGuard-Status")).isEqualTo("404");
            fixture.awaitQuiet();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void lateRedirectsAndResetsAreRefused(Wire wire) throws Exception {
        Application redirecting =
                (request, response, callback) -> {
                    awaitBeats(request, 1);
                    assertThatIllegalStateException().isThrownBy(response::reset);
                    assertThatIllegalStateException()
                            .isThrownBy(
                                    () ->
                                            response.getHeaders()
                                                    .put(HttpHeader.CONTENT_ENCODING, "br"))
                            .withMessageContaining("before the first heartbeat");
                    assertThatIllegalStateException()
                            .isThrownBy(
                                    () ->
                                            response.getHeaders()
                                                    .put(HttpHeader.CONTENT_TYPE, "text/html"))
                            .withMessageContaining("before the first heartbeat");
                    Response.sendRedirect(request, response, callback, "/elsewhere");
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, redirecting)) {
            ContentResponse answer = fixture.get(wire);
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentAsString()).matches(" +\\{.*\"status\":500.*}");
            fixture.awaitQuiet();
        }
    }

    @Test
    void trailersOfTheApplicationAreKept() throws Exception {
        Application early =
                (request, response, callback) -> {
                    response.setTrailersSupplier(() -> HttpFields.build().add("X-Sum", "7"));
                    awaitBeats(request, 1);
                    response.write(true, bytes(DOCUMENT), callback);
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, early)) {
            HttpFields trailers = fixture.get(Wire.H2C).getTrailers();
            assertThat(trailers.get("X-Sum")).isEqualTo("7");
            assertThat(trailers.get("DropGuard-Status")).isEqualTo("200");
            String plain = fixture.exchange(GET + CLOSE);
            assertThat(plain).doesNotContain("DropGuard-Status");
        }
    }

    // ---- what withholds them

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10",
                "Content-Encoding: identity",
                "Content-Range: bytes 0-9/10",
                "Content-Digest: sha-256=:x:",
                "Content-Type: application/octet-stream"
            })
    void whatTheHeadSaysOfTheBodyWithholdsThem(String header) throws Exception {
        String[] field = header.split(": ", 2);
        assertWithheld("", response -> response.getHeaders().put(field[0], field[1]));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 205, 302, 304})
    void aStatusWithoutBodyWithholdsThem(int status) throws Exception {
        Application empty =
                (request, response, callback) -> {
                    response.setStatus(status);
                    assertNoBeats(request);
                    callback.succeeded();
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, empty)) {
            assertThat(fixture.exchange(GET + CLOSE)).startsWith("HTTP/1.1 " + status);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Range: bytes=0-1\r\n", "Expect: 100-continue\r\n"})
    void whatTheClientAsksWithholdsThem(String header) throws Exception {
        assertWithheld(header, response -> {});
    }

    private static void assertWithheld(String header, Consumer<Response> prepare) throws Exception {
        Application answering =
                (request, response, callback) -> {
                    prepare.accept(response);
                    assertNoBeats(request);
                    response.write(true, bytes("0123456789"), callback);
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, answering)) {
            assertThat(fixture.exchange(GET + header + CLOSE))
                    .startsWith("HTTP/1.1 200")
                    .endsWith("\r\n\r\n0123456789");
        }
    }

    /** Has them fall due. */
    private static void assertNoBeats(Request request) throws Exception {
        GuardedExchange exchange = GuardedExchange.of(request);
        for (int i = 0; i < 5; i++)
            assertThat(exchange.gate().beat(exchange.heartbeatConfig())).isNotNegative();
        assertThat(exchange.heartbeats()).isZero();
        assertThat(exchange.gate().isFrozen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void headGetsNone(Wire wire) throws Exception {
        Application answering =
                (request, response, callback) -> {
                    assertNoBeats(request);
                    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 10);
                    callback.succeeded();
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, answering)) {
            ContentResponse answer = fixture.request(wire, "/").method("HEAD").send();
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getHeaders().get(HttpHeader.CONTENT_LENGTH)).isEqualTo("10");
        }
    }

    // ---- compression

    @SuppressWarnings("removal") // as long as Jetty has it, people use it
    @ParameterizedTest
    @EnumSource(Wire.class)
    void aGzipHandlerWithinDoesNotCompressWhatMayBeat(Wire wire) throws Exception {
        GzipHandler gzip = new GzipHandler();
        gzip.setMinGzipSize(0);
        gzip.setHandler(
                WaitFixture.handler(
                        (request, response, callback) -> {
                            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                            awaitBeats(request, 2);
                            response.write(true, bytes(DOCUMENT), callback);
                        }));
        DropGuard guard = DropGuard.builder().everywhere(HeartbeatOnTheWireTest::beats).build();
        try (WaitFixture fixture = new WaitFixture(guard, gzip, true)) {
            ContentResponse answer = fixture.get(wire);
            assertThat(answer.getHeaders().contains(HttpHeader.CONTENT_ENCODING)).isFalse();
            assertThat(answer.getContentAsString()).matches(" {2,}\\{\"late\":1}");
            fixture.awaitQuiet();
        }
    }

    @SuppressWarnings("removal") // as long as Jetty has it, people use it
    @ParameterizedTest
    @EnumSource(Wire.class)
    void aGzipHandlerOutsideMayChangeTheBytesSoThereAreNone(Wire wire) throws Exception {
        DropGuard guard = DropGuard.builder().everywhere(HeartbeatOnTheWireTest::beats).build();
        GzipHandler gzip = new GzipHandler();
        gzip.setMinGzipSize(0);
        gzip.setHandler(guard.handler());
        guard.handler()
                .setHandler(
                        WaitFixture.handler(
                                (request, response, callback) -> {
                                    response.getHeaders()
                                            .put(HttpHeader.CONTENT_TYPE, "application/json");
                                    assertNoBeats(request);
                                    response.write(true, bytes(DOCUMENT), callback);
                                }));
        try (WaitFixture fixture = new WaitFixture(guard, gzip, false)) {
            ContentResponse answer = fixture.get(wire);
            assertThat(answer.getContentAsString()).isEqualTo(DOCUMENT);
            fixture.awaitQuiet();
        }
    }

    // ---- wires

    @Test
    void anHttp10ClientGetsThemUntilTheEndOfTheConnection() throws Exception {
        Application late =
                (request, response, callback) -> {
                    awaitBeats(request, 3);
                    response.write(true, bytes(DOCUMENT), callback);
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, late)) {
            assertThat(fixture.exchange("GET / HTTP/1.0\r\nTE: trailers\r\n\r\n"))
                    .doesNotContain("chunked")
                    .doesNotContain("DropGuard-Status")
                    .containsPattern("\r\n\r\n {3,}\\{\"late\":1}$");
        }
    }

    @Test
    void interimResponsesCommitNothingAndAreFiveAtMost() throws Exception {
        Application late =
                (request, response, callback) -> {
                    awaitBeats(request, 5);
                    GuardedExchange exchange = GuardedExchange.of(request);
                    assertThat(exchange.gate().beat(exchange.heartbeatConfig())).isNegative();
                    assertThat(response.isCommitted()).isFalse();
                    throw new QuietException.RuntimeException("broken");
                };
        Consumer<PolicyBuilder> interim =
                policy ->
                        policy.heartbeat(HeartbeatMode.INTERIM)
                                .heartbeatInterval(Duration.ofMillis(10));
        try (WaitFixture fixture = new WaitFixture(interim, late)) {
            String answer = fixture.exchange(GET + CLOSE);
            assertThat(answer.split("HTTP/1.1 102 Processing\r\n", -1)).hasSize(6);
            assertThat(answer).contains("HTTP/1.1 500 ");
            fixture.awaitQuiet();
        }
    }

    @Test
    void http10HasNoInterimResponses() throws Exception {
        Application answering =
                (request, response, callback) -> {
                    GuardedExchange exchange = GuardedExchange.of(request);
                    assertThat(exchange.gate().beat(exchange.heartbeatConfig())).isNegative();
                    response.write(true, bytes("x"), callback);
                };
        Consumer<PolicyBuilder> interim =
                policy ->
                        policy.heartbeat(HeartbeatMode.INTERIM)
                                .heartbeatFirstDelay(Duration.ofMinutes(1));
        try (WaitFixture fixture = new WaitFixture(interim, answering)) {
            assertThat(fixture.exchange("GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void statusAndTypeOfTheFirstGoByPath(Wire wire) throws Exception {
        DropGuard guard =
                DropGuard.builder()
                        .path(
                                "/jobs/*",
                                policy -> {
                                    beats(policy);
                                    policy.heartbeatStatus(202)
                                            .heartbeatContentType("application/x-ndjson");
                                })
                        .path("*.json", HeartbeatOnTheWireTest::beats)
                        .build();
        Application late =
                (request, response, callback) -> {
                    if (!request.getHttpURI().getPath().equals("/none")) awaitBeats(request, 2);
                    response.write(true, bytes("1\n"), callback);
                };
        try (WaitFixture fixture = new WaitFixture(guard, WaitFixture.handler(late), true)) {
            ContentResponse job = fixture.request(wire, "/jobs/7").send();
            assertThat(job.getStatus()).isEqualTo(202);
            assertThat(job.getMediaType()).isEqualTo("application/x-ndjson");
            assertThat(job.getContentAsString()).matches("\n{2,}1\n");
            ContentResponse json = fixture.request(wire, "/a.json").send();
            assertThat(json.getStatus()).isEqualTo(200);
            assertThat(json.getMediaType()).isEqualTo("application/json");
            assertThat(fixture.request(wire, "/none").send().getContentAsString()).isEqualTo("1\n");
        }
    }

    @Test
    void anEarlyFlushIsFollowedByBeatsUntilTheFirstByte() throws Exception {
        Application flushing =
                (request, response, callback) -> {
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                    response.setStatus(201);
                    write(response, false, "");
                    awaitBeats(request, 2);
                    write(response, false, "[");
                    GuardedExchange exchange = GuardedExchange.of(request);
                    int before = exchange.heartbeats();
                    assertThat(exchange.gate().beat(exchange.heartbeatConfig())).isNotEqualTo(0);
                    response.write(true, bytes("]"), callback);
                    assertThat(exchange.heartbeats()).isEqualTo(before);
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, flushing)) {
            ContentResponse answer = fixture.get(Wire.HTTP_1);
            assertThat(answer.getStatus()).isEqualTo(201);
            assertThat(answer.getContentAsString()).matches(" {2,}\\[]");
        }
    }

    @Test
    void aClientThatDoesNotReadIsSentNoMore() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CompletableFuture<Integer> beats = new CompletableFuture<>();
        Application flooding =
                (request, response, callback) -> {
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/event-stream");
                    GuardedExchange exchange = GuardedExchange.of(request);
                    String event = "data: " + "x".repeat(16_000_000) + "\n\n";
                    response.write(
                            false,
                            bytes(event),
                            Callback.from(
                                    () -> response.write(true, bytes("data\n\n"), callback),
                                    callback::failed));
                    int before = exchange.heartbeats();
                    for (int i = 0; i < 1_000; i++)
                        exchange.gate().beat(exchange.heartbeatConfig());
                    beats.complete(exchange.heartbeats() - before);
                    stuck.countDown();
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, flooding);
                Socket socket = fixture.connect()) {
            send(socket, GET + CLOSE);
            assertThat(stuck.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(beats.get(20, TimeUnit.SECONDS)).isZero();
            assertThat(readTo(socket, "\r\n\r\n")).startsWith("HTTP/1.1 200");
            assertThat(socket.getInputStream().readAllBytes()).hasSizeGreaterThan(16_000_000);
            fixture.awaitQuiet();
        }
    }

    @Test
    void theyStopWhenTheClientIsLost() throws Exception {
        CompletableFuture<GuardedExchange> begun = new CompletableFuture<>();
        Application waiting =
                (request, response, callback) -> {
                    GuardedExchange exchange = GuardedExchange.of(request);
                    exchange.token().onCancelled(reason -> callback.failed(exchange.failure()));
                    begun.complete(exchange);
                };
        try (WaitFixture fixture = new WaitFixture(HeartbeatOnTheWireTest::beats, waiting)) {
            try (Socket socket = fixture.connect()) {
                send(socket, GET + "\r\n");
                readTo(socket, "\r\n\r\n1\r\n \r\n");
            }
            GuardedExchange exchange = begun.get(20, TimeUnit.SECONDS);
            fixture.awaitQuiet();
            int sent = exchange.heartbeats();
            assertThat(exchange.gate().beat(exchange.heartbeatConfig())).isNegative();
            assertThat(exchange.heartbeats()).isEqualTo(sent);
            assertThat(exchange.loss()).isPresent();
        }
    }
}
