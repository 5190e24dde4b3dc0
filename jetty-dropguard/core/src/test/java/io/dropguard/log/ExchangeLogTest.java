package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ExchangeLogTest {
    private static final LogServer.Work HELLO =
            (request, response, callback) -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
                Content.Sink.write(response, true, "hello\n", callback);
                return true;
            };

    @Test
    void anExchangeThatCompletesLeavesOneRecordThatTellsAllOfIt() throws Exception {
        try (LogServer server = LogServer.guarded(HELLO)) {
            server.get("/a/b?x=1", "User-Agent: me/1", "X-Custom: hidden");
            JsonNode record = server.records.next();
            assertThat(record.get("event.name").asString()).isEqualTo("dropguard.exchange.ended");
            assertThat(record.get("http.request.method").asString()).isEqualTo("GET");
            assertThat(record.get("url.scheme").asString()).isEqualTo("http");
            assertThat(record.get("url.path").asString()).isEqualTo("/a/b");
            assertThat(record.get("url.query").asString()).isEqualTo("x=1");
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(200);
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
            assertThat(record.get("client.address").asString()).isEqualTo("127.0.0.1");
            assertThat(record.get("network.peer.address").asString()).isEqualTo("127.0.0.1");
            assertThat(record.get("network.protocol.version").asString()).isEqualTo("1.1");
            assertThat(record.get("server.address").asString()).isEqualTo("localhost");
            assertThat(record.get("user_agent.original").asString()).isEqualTo("me/1");
            assertThat(record.get("dropguard.connection.requests").asInt()).isEqualTo(1);
            assertThat(record.get("http.response.body.size").asLong()).isEqualTo(6);
            assertThat(record.get("dropguard.bytes.written").asLong()).isEqualTo(6);
            assertThat(record.get("http.request.header.x-custom").get(0).asString())
                    .isEqualTo("REDACTED");
            assertThat(record.get("http.response.header.content-type").get(0).asString())
                    .isEqualTo("text/plain");
            assertThat(record.has("error.type")).isFalse();
            assertThat(record.get("dropguard.time_to_first_byte_ms").asDouble())
                    .isBetween(0.0, record.get("dropguard.duration_ms").asDouble());
            assertThat(server.records.waiting()).isZero();
        }
    }

    @Test
    void anExceptionIsToldWithTheStatusThatTheClientGot() throws Exception {
        LogServer.Work throwing =
                (request, response, callback) -> {
                    throw new IllegalArgumentException("secret detail");
                };
        try (LogServer server = LogServer.guarded(throwing)) {
            assertThat(server.get("/")).startsWith("HTTP/1.1 500");
            String line = server.records.nextLine();
            JsonNode record = RecordSchema.check(line);
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("failed");
            assertThat(record.get("error.type").asString())
                    .isEqualTo("java.lang.IllegalArgumentException");
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(500);
            assertThat(record.get("http.response.body.size").asLong()).isPositive();
            assertThat(line).doesNotContain("secret detail");
        }
    }

    @Test
    void aFailedCallbackIsAFailureAlsoWhenTheAnswerHadBegun() throws Exception {
        LogServer.Work breaking =
                (request, response, callback) -> {
                    Content.Sink.write(
                            response,
                            false,
                            "half",
                            Callback.from(
                                    () -> callback.failed(new IllegalStateException("broken")),
                                    callback::failed));
                    return true;
                };
        try (LogServer server = LogServer.guarded(breaking)) {
            server.get("/");
            JsonNode record = server.records.next();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("failed");
            assertThat(record.get("error.type").asString())
                    .isEqualTo("java.lang.IllegalStateException");
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(200);
            assertThat(record.get("dropguard.bytes.written").asLong()).isEqualTo(4);
        }
    }

    @Test
    void whatNobodyHandlesIsAComplete404() throws Exception {
        try (LogServer server = LogServer.guarded((request, response, callback) -> false)) {
            server.get("/nothing");
            JsonNode record = server.records.next();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(404);
        }
    }

    @Test
    void whatCannotBeParsedIsRecordedOnceAndTheServersOwnRequestLogGoesOn() throws Exception {
        Queue<String> own = new ConcurrentLinkedQueue<>();
        LogServer server = LogServer.notStarted(LogConfig.DEFAULT, HELLO);
        server.server.setRequestLog((request, response) -> own.add(request.getMethod()));
        try (server) {
            server.start();
            assertThat(server.exchange("GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n"))
                    .startsWith("HTTP/1.1 400");
            JsonNode refused = server.records.next();
            assertThat(refused.get("dropguard.outcome").asString()).isEqualTo("rejected");
            assertThat(refused.get("http.response.status_code").asInt()).isEqualTo(400);
            assertThat(refused.get("error.type").asString()).isEqualTo("400");
            server.get("/");
            assertThat(server.records.next().get("dropguard.outcome").asString())
                    .isEqualTo("completed");
            assertThat(server.exchange("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 400");
            assertThat(server.records.next().get("dropguard.outcome").asString())
                    .isEqualTo("rejected");
            assertThat(server.records.waiting()).isZero();
            assertThat(own).hasSize(3);
        }
    }

    @Test
    void theServersOwnRequestLogIsStartedAndStoppedAlsoWhenItStartsAgain() throws Exception {
        OwnLog own = new OwnLog();
        LogServer server = LogServer.notStarted(LogConfig.DEFAULT, HELLO);
        server.server.setRequestLog(own);
        for (int round = 1; round <= 2; round++) {
            server.start();
            assertThat(own.isStarted()).isTrue();
            server.get("/");
            server.records.next();
            server.close();
            assertThat(own.isStopped()).isTrue();
            assertThat(own.seen).hasSize(round);
        }
        assertThat(server.records.waiting()).isZero();
    }

    private static final class OwnLog extends AbstractLifeCycle implements RequestLog {
        private final Queue<String> seen = new ConcurrentLinkedQueue<>();

        @Override
        public void log(Request request, Response response) {
            seen.add(request.getMethod());
        }
    }

    @Test
    void aClientThatLeavesIsToldWithHowAndWhenAndHowLongTheWorkRanOn() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        LogServer.Work waiting =
                (request, response, callback) -> {
                    working.countDown();
                    try {
                        new CountDownLatch(1).await(10, TimeUnit.SECONDS);
                    } catch (InterruptedException lost) {
                        stopped.countDown();
                    }
                    callback.failed(new IllegalStateException("in vain"));
                    return true;
                };
        try (LogServer server = LogServer.guarded(waiting)) {
            Socket socket = server.connect();
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            working.await();
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
            assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
            JsonNode record = server.records.next();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("client_lost");
            assertThat(record.get("dropguard.loss.signal").asString()).isEqualTo("rst");
            assertThat(record.get("dropguard.loss.after_ms").asDouble()).isPositive();
            assertThat(record.get("dropguard.ran_on_ms").asDouble()).isNotNegative();
            assertThat(record.get("dropguard.bytes.written").asLong()).isZero();
        }
    }

    @Test
    void withoutAGuardAClientThatStopsReadingIsLostWhenAWriteFails() throws Exception {
        LogServer.Work endless =
                (request, response, callback) -> {
                    try (var out = Content.Sink.asOutputStream(response)) {
                        byte[] chunk = new byte[64 * 1024];
                        for (int i = 0; i < 10_000; i++) out.write(chunk);
                    }
                    callback.succeeded();
                    return true;
                };
        try (LogServer server = LogServer.bare(LogConfig.DEFAULT, endless)) {
            Socket socket = server.connect();
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            socket.close();
            JsonNode record = server.records.next();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("client_lost");
            assertThat(record.get("dropguard.loss.signal").asString()).isEqualTo("write_failed");
        }
    }

    @Test
    void aServerThatStopsRecordsWhatItLeavesUnfinished() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        LogServer server =
                LogServer.guarded(
                        (request, response, callback) -> {
                            working.countDown(); // and never answers
                            return true;
                        });
        Socket socket = server.connect();
        socket.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        working.await();
        server.close();
        socket.close();
        assertThat(server.records.next().get("dropguard.outcome").asString())
                .isEqualTo("server_stopped");
        assertThat(server.records.waiting()).isZero();
    }

    @Test
    void aRecordAtTheStartHasTheIdOfTheOneAtTheEnd() throws Exception {
        try (LogServer server = LogServer.guarded(LogConfig.DEFAULT.withStarted(true), HELLO)) {
            server.get("/", "X-Request-Id: abc-1");
            JsonNode started = server.records.next();
            assertThat(started.get("event.name").asString())
                    .isEqualTo("dropguard.exchange.started");
            assertThat(started.get("dropguard.id").asString()).isEqualTo("abc-1");
            assertThat(server.records.next().get("dropguard.id").asString()).isEqualTo("abc-1");
        }
    }

    @Test
    void anIdThatIsNotWellFormedIsReplaced() throws Exception {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        try (LogServer server = LogServer.guarded(HELLO)) {
            server.get("/", "X-Request-Id: \"},{", "traceparent: " + trace);
            JsonNode record = server.records.next();
            assertThat(record.get("dropguard.id").asString()).isEqualTo(trace.substring(3, 52));
            assertThat(record.get("trace_id").asString())
                    .isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            server.get("/", "X-Request-Id: " + "x".repeat(129), "traceparent: 00-0-0-0");
            assertThat(server.records.next().get("dropguard.id").asString()).hasSize(32);
        }
    }

    @Test
    void elasticsNamesAreUsedWhenAskedFor() throws Exception {
        LogConfig ecs = LogConfig.DEFAULT.withFormat(LogFormat.ECS).withBodies(BodyConfig.all());
        try (LogServer server = LogServer.guarded(ecs, HELLO)) {
            server.get("/x");
            JsonNode record = server.records.next();
            assertThat(record.get("event.outcome").asString()).isEqualTo("success");
            assertThat(record.get("message").asString()).isEqualTo("GET /x completed");
            assertThat(record.get("http.response.body.content").asString()).isEqualTo("hello\n");
            assertThat(record.get("event.duration").asLong()).isPositive();
        }
    }

    @Test
    void keyValuesSayWhatTheLineSays() throws Exception {
        try (LogServer server = LogServer.guarded(HELLO)) {
            server.get("/x?y=1");
            JsonNode record = server.records.next();
            assertThat(server.records.nextFields().keySet())
                    .containsExactlyElementsOf(record.propertyNames());
        }
    }

    @Test
    void aSinkThatThrowsHarmsNobody() throws Exception {
        Records good = new Records();
        ExchangeSink bad =
                record -> {
                    throw new IllegalStateException("full");
                };
        LogServer server = LogServer.notStarted(LogConfig.DEFAULT, HELLO);
        server.server.insertHandler(ExchangeLog.to(bad.and(good)));
        try (server) {
            server.start();
            assertThat(server.get("/")).startsWith("HTTP/1.1 200");
            good.next();
        }
    }

    @Test
    void ofTheCompletedASampleIsKeptAndOfTheOthersAll() throws Exception {
        LogConfig none = LogConfig.DEFAULT.withSampling(new Sampling(0)).withStarted(true);
        LogServer.Work mixed =
                (request, response, callback) -> {
                    if (request.getHttpURI().getPath().equals("/bad"))
                        throw new IllegalStateException("bad");
                    if (request.getHttpURI().getPath().equals("/busy")) response.setStatus(503);
                    callback.succeeded();
                    return true;
                };
        try (LogServer server = LogServer.guarded(none, mixed)) {
            for (String path : new String[] {"/good", "/bad", "/good", "/busy"}) server.get(path);
            assertThat(server.records.next().get("url.path").asString()).isEqualTo("/bad");
            assertThat(server.records.next().get("url.path").asString()).isEqualTo("/busy");
        }
        Sampling half = new Sampling(0.5);
        ExchangeIds ids = new ExchangeIds();
        long kept = 0;
        for (int i = 0; i < 10_000; i++)
            if (half.keepsCompleted(ids.idOf(HttpFields.EMPTY))) kept++;
        assertThat(kept).isBetween(4_500L, 5_500L);
    }

    @Test
    void whoeverHandlesARequestCanAskForItsId() throws Exception {
        LogServer.Work telling =
                (request, response, callback) -> {
                    String id = ExchangeLog.id(request).orElse("none");
                    response.write(
                            true,
                            ByteBuffer.wrap(id.getBytes(StandardCharsets.US_ASCII)),
                            callback);
                    return true;
                };
        try (LogServer server = LogServer.guarded(telling)) {
            String answer = server.get("/");
            String id = server.records.next().get("dropguard.id").asString();
            assertThat(answer).endsWith(id);
        }
    }
}
