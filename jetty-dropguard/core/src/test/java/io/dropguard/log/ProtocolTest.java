package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ProtocolTest {
    private static final LogConfig BODIES = LogConfig.DEFAULT.withBodies(BodyConfig.all());

    @Test
    void aRecordSaysWhereAClientWasThatHasClosedItsConnection() throws Exception {
        CompletableFuture<org.eclipse.jetty.util.Callback> begun = new CompletableFuture<>();
        LogServer.Work work = (request, response, callback) -> begun.complete(callback);
        try (LogServer server = LogServer.bare(LogConfig.DEFAULT, work);
                Http2Client client = Http2Client.connect(Protocol.H2C, server.port())) {
            client.get("/");
            org.eclipse.jetty.util.Callback callback = begun.get(20, TimeUnit.SECONDS);
            client.leave(Departure.FIN);
            await().until(() -> server.connector.getConnectedEndPoints().isEmpty());
            callback.failed(new IOException("left"));

            JsonNode record = server.records.next();
            assertThat(record.get("network.peer.address").asString()).isEqualTo("127.0.0.1");
            assertThat(record.get("network.peer.port").asInt()).isPositive();
        }
    }

    @Test
    void http2ExchangesAreToldAlikeAndAResetStreamIsALostClient() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        LogServer.Work work =
                (request, response, callback) -> {
                    if (request.getHttpURI().getPath().equals("/echo")) {
                        response.getHeaders().put("Content-Type", "text/plain");
                        Content.copy(request, response, callback);
                        return true;
                    }
                    working.countDown();
                    try {
                        new CountDownLatch(1).await(20, TimeUnit.SECONDS);
                    } catch (InterruptedException lost) {
                        callback.failed(lost);
                        return true;
                    }
                    callback.succeeded();
                    return true;
                };
        HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()));
        try (LogServer server = LogServer.guarded(BODIES, work)) {
            client.start();
            String base = "http://127.0.0.1:" + server.port();
            client.newRequest(base + "/echo")
                    .method("POST")
                    .body(
                            new BytesRequestContent(
                                    "text/plain", "hello".getBytes(StandardCharsets.US_ASCII)))
                    .send();
            JsonNode echo = server.records.next();
            assertThat(echo.get("network.protocol.version").asString()).isEqualTo("2");
            assertThat(echo.get("dropguard.outcome").asString()).isEqualTo("completed");
            assertThat(echo.get("dropguard.request.body").asString()).isEqualTo("hello");
            assertThat(echo.get("dropguard.response.body").asString()).isEqualTo("hello");
            CompletableFuture<Void> ended = new CompletableFuture<>();
            var left = client.newRequest(base + "/wait");
            left.send(result -> ended.complete(null));
            assertThat(working.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Boolean> aborted =
                    left.abort(new IllegalStateException("changed my mind"));
            assertThat(aborted.get(20, TimeUnit.SECONDS)).isTrue();
            JsonNode lost = server.records.next();
            assertThat(lost.get("dropguard.outcome").asString()).isEqualTo("client_lost");
            assertThat(lost.get("dropguard.loss.signal").asString()).isEqualTo("stream_reset");
            ended.get(20, TimeUnit.SECONDS);
        } finally {
            client.stop();
        }
    }

    @Test
    void anUpgradeToWebSocketIsACompleteExchange() throws Exception {
        LogServer server =
                LogServer.notStarted(LogConfig.DEFAULT, (request, response, callback) -> false);
        server.server.setHandler(
                WebSocketUpgradeHandler.from(
                        server.server,
                        container ->
                                container.addMapping(
                                        "/ws", (request, response, callback) -> new Ends())));
        server.server.insertHandler(new ExchangeLog(LogConfig.DEFAULT, server.records));
        WebSocketClient client = new WebSocketClient();
        try (server) {
            server.start();
            client.start();
            Session session =
                    client.connect(
                                    new Ends(),
                                    URI.create("ws://127.0.0.1:" + server.port() + "/ws"))
                            .get(20, TimeUnit.SECONDS);
            JsonNode record = server.records.next();
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(101);
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
            session.close(1000, "done", Callback.NOOP);
        } finally {
            client.stop();
        }
    }

    /** Listens to nothing. */
    public static final class Ends implements Session.Listener.AutoDemanding {}
}
