package io.dropguard.exchange;

import static io.dropguard.exchange.WaitFixture.bytes;
import static io.dropguard.exchange.WaitFixture.readTo;
import static io.dropguard.exchange.WaitFixture.send;
import static io.dropguard.exchange.WaitFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dropguard.PolicyBuilder;
import io.dropguard.cancel.Deadline;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.exchange.WaitFixture.Application;
import io.dropguard.exchange.WaitFixture.Wire;
import io.dropguard.heartbeat.HeartbeatMode;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DeadlineOnTheWireTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n";

    private static final LongAdder IGNORED = new LongAdder(); // interrupts

    private static Consumer<PolicyBuilder> after(long millis) {
        return policy -> policy.responseDeadline(Duration.ofMillis(millis));
    }

    private static Consumer<PolicyBuilder> beatingAfter(long millis, String contentType) {
        return policy ->
                policy.responseDeadline(Duration.ofMillis(millis))
                        .heartbeat(HeartbeatMode.AUTO)
                        .heartbeatInterval(Duration.ofMillis(10))
                        .heartbeatContentType(contentType);
    }

    /** Waits for the end of the exchange's token, whatever interrupts come. */
    private static void awaitExpiry(Request request) {
        CountDownLatch cancelled = new CountDownLatch(1);
        GuardedExchange.of(request).token().onCancelled(reason -> cancelled.countDown());
        awaitStubbornly(cancelled);
    }

    private static void awaitStubbornly(CountDownLatch latch) {
        while (true) {
            try {
                assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
                return;
            } catch (InterruptedException ignored) {
                IGNORED.increment(); // as workers do
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void aWorkerThatIgnoresTheInterruptDoesNotDelayTheAnswer(Wire wire) throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        CompletableFuture<Request> seen = new CompletableFuture<>();
        Application stubborn =
                (request, response, callback) -> {
                    seen.complete(request);
                    awaitStubbornly(answered);
                    try {
                        write(response, false, "late");
                        refused.complete(new AssertionError("written"));
                    } catch (IOException thrown) {
                        refused.complete(thrown);
                    }
                    callback.succeeded();
                };
        try (WaitFixture fixture = new WaitFixture(after(100), stubborn)) {
            long begin = System.nanoTime();
            ContentResponse answer = fixture.get(wire);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertThat(millis).isBetween(90L, 5_000L);
            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getMediaType()).isEqualTo("application/problem+json");
            assertThat(answer.getContentAsString())
                    .isEqualTo(
                            "{\"type\":\"about:blank\",\"title\":\"Service"
                                    + " Unavailable\",\"status\":503,\"detail\":\"deadline of 100"
                                    + " ms expired\"}");
            assertThat(fixture.guard.statistics().active()).isEqualTo(1);
            // answered first, and interrupted behind all whose time is over too
            await().until(() -> fixture.guard.statistics().interrupts() == 1);
            assertThat(GuardedExchange.of(seen.get()).token().reason())
                    .contains(new DeadlineExpired(Duration.ofMillis(100)));
            answered.countDown();
            assertThat(refused.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(DeadlineExpiredException.class);
            fixture.awaitQuiet();
        }
    }

    @Test
    void theStatusCanBe504AndTheConnectionCloses() throws Exception {
        Application waiting =
                (request, response, callback) -> {
                    awaitExpiry(request);
                    callback.failed(new IOException("interrupted"));
                };
        try (WaitFixture fixture =
                new WaitFixture(
                        policy ->
                                policy.responseDeadline(Duration.ofMillis(50))
                                        .responseDeadlineStatus(504),
                        waiting)) {
            assertThat(fixture.exchange(GET + "\r\n"))
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .contains("Connection: close\r\n")
                    .contains("Cache-Control: no-store\r\n")
                    .endsWith("\"detail\":\"deadline of 50 ms expired\"}");
            fixture.awaitQuiet();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void afterHeartbeatsItIsToldInTheBody(Wire wire) throws Exception {
        Application waiting =
                (request, response, callback) -> {
                    awaitExpiry(request);
                    callback.succeeded();
                };
        try (WaitFixture fixture =
                new WaitFixture(beatingAfter(150, "application/json"), waiting)) {
            ContentResponse answer = fixture.get(wire);
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentAsString()).matches(" +\\{.*\"status\":503.*}");
            assertThat(answer.getTrailers().get("DropGuard-Status")).isEqualTo("503");
            fixture.awaitQuiet();
            assertThat(fixture.get(wire).getStatus()).as("the connection is usable").isEqualTo(200);
        }
    }

    // ---- committed

    private static Application halfAnAnswer() {
        return (request, response, callback) -> {
            write(response, false, "half");
            awaitExpiry(request);
            assertThatThrownBy(() -> write(response, true, "rest"))
                    .isInstanceOf(DeadlineExpiredException.class);
            callback.succeeded(); // as if nothing were
        };
    }

    @Test
    void aChunkedMessageEndsWithoutItsLastChunk() throws Exception {
        try (WaitFixture fixture = new WaitFixture(after(100), halfAnAnswer())) {
            assertThat(fixture.exchange(GET + "\r\n")).endsWith("\r\n\r\n4\r\nhalf");
            fixture.awaitQuiet();
            assertThat(fixture.guard.statistics().losses().values()).containsOnly(0L);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.0",
                "GET / HTTP/1.1;Host: localhost;Connection: close",
                "GET / HTTP/1.1;Host: localhost;Connection: Keep-Alive, Close",
            })
    void aMessageThatTheConnectionEndsIsReset(String request) throws Exception {
        try (WaitFixture fixture = new WaitFixture(after(100), halfAnAnswer());
                Socket socket = fixture.connect()) {
            send(socket, request.replace(";", "\r\n") + "\r\n\r\n");
            readTo(socket, "\r\n\r\nhalf");
            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            fixture.awaitQuiet();
        }
    }

    @Test
    void htmlHasNoPlaceForAProblemSoItIsCutOff() throws Exception {
        Application waiting =
                (request, response, callback) -> {
                    awaitExpiry(request);
                    callback.succeeded();
                };
        try (WaitFixture fixture = new WaitFixture(beatingAfter(100, "text/html"), waiting);
                Socket socket = fixture.connect()) {
            send(socket, "GET / HTTP/1.0\r\n\r\n");
            readTo(socket, "\r\n\r\n\n");
            assertThatThrownBy(() -> socket.getInputStream().readAllBytes())
                    .isInstanceOf(SocketException.class);
            fixture.awaitQuiet();
        }
    }

    @Test
    void anHttp2StreamIsReset() throws Exception {
        try (WaitFixture fixture = new WaitFixture(after(100), halfAnAnswer())) {
            assertThatThrownBy(() -> fixture.get(Wire.H2C)).hasMessageContaining("cancel");
            fixture.awaitQuiet();
            assertThat(fixture.guard.statistics().losses().values()).containsOnly(0L);
        }
    }

    // ---- moved

    @Test
    void itIsExtendedShortenedAndCleared() throws Exception {
        Application moving =
                (request, response, callback) -> {
                    GuardedExchange exchange = GuardedExchange.of(request);
                    switch (request.getHttpURI().getPath()) {
                        case "/extended" ->
                                exchange.setDeadline(Deadline.after(Duration.ofMinutes(1)));
                        case "/cleared" -> exchange.setDeadline(Deadline.never());
                        default -> exchange.setDeadline(Deadline.after(Duration.ofMillis(20)));
                    }
                    String left = exchange.token().deadline().toString();
                    if (request.getHttpURI().getPath().equals("/shortened")) {
                        awaitExpiry(request);
                        Deadline kept = exchange.token().deadline();
                        exchange.setDeadline(Deadline.after(Duration.ofMinutes(1)));
                        assertThat(exchange.token().deadline()).isSameAs(kept);
                        callback.succeeded();
                    } else response.write(true, bytes(left), callback);
                };
        try (WaitFixture fixture = new WaitFixture(after(10_000), moving)) {
            assertThat(fixture.request(Wire.HTTP_1, "/extended").send().getContentAsString())
                    .contains("PT59.");
            assertThat(fixture.request(Wire.HTTP_1, "/cleared").send().getContentAsString())
                    .contains("never");
            assertThat(fixture.request(Wire.HTTP_1, "/shortened").send().getStatus())
                    .isEqualTo(503);
            fixture.awaitQuiet();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "X-Envoy-Expected-Rq-Timeout-Ms, 2500, 2500",
        "Request-Timeout, 3, 3000",
        "request-timeout, 0.5, 500",
        "grpc-timeout, 2S, 2000",
        "grpc-timeout, 1500m, 1500",
        "grpc-timeout, 700000u, 700",
        "grpc-timeout, 800000000n, 10000", // nine digits
        "grpc-timeout, 80000000n, 80",
        "grpc-timeout, 1M, 10000", // a minute: it only shortens
        "grpc-timeout, 1H, 10000",
        "grpc-timeout, 5, 10000",
        "grpc-timeout, -5S, 10000",
        "Request-Timeout, soon, 10000",
        "Request-Timeout, -1, 10000",
        "Request-Timeout, 1e1, 10000",
        "Request-Timeout, 0, 10000",
        "Request-Timeout, 99999999999999999999, 10000",
        "X-Envoy-Expected-Rq-Timeout-Ms, 0, 10000",
        "X-Other, 1, 10000"
    })
    void callersOnlyShortenIt(String header, String value, long millis) throws Exception {
        Application telling =
                (request, response, callback) -> {
                    GuardedExchange exchange = GuardedExchange.of(request);
                    Deadline deadline = exchange.token().deadline();
                    long limit = deadline.remaining().plus(exchange.age()).toMillis();
                    response.write(true, bytes(Long.toString(limit)), callback);
                };
        try (WaitFixture fixture =
                new WaitFixture(
                        policy ->
                                policy.responseDeadline(Duration.ofSeconds(10))
                                        .responseDeadlineHeaders(
                                                "X-Envoy-Expected-Rq-Timeout-Ms",
                                                "grpc-timeout",
                                                "Request-Timeout"),
                        telling)) {
            ContentResponse answer =
                    fixture.request(Wire.HTTP_1, "/")
                            .headers(headers -> headers.put(header, value))
                            .send();
            if (answer.getStatus() == 503) assertThat(millis).isLessThan(500); // a slow machine
            else
                assertThat(Long.parseLong(answer.getContentAsString()))
                        .isBetween(millis - 1, millis + 500);
        }
    }
}
