package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Over HTTP/2 a client may have its whole answer and leave, before the server hears that the last
 * write is done: it then hears that it failed.
 */
class WrittenAnswerTest {
    @Test
    void anAnswerWhoseLastBytesWereWrittenIsCompleteThoughItsWriteIsToldAsFailed()
            throws Exception {
        JsonNode record = record("/");

        assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
        assertThat(record.get("dropguard.bytes.written").asInt()).isEqualTo(5);
        assertThat(record.has("dropguard.loss.signal")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/leaves/succeeded", "/leaves/failed", "/leaves/never"})
    void soItIsIfItsClientLeavesBeforeTheWriteIsTold(String path) throws Exception {
        JsonNode record = record(path);

        assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
        assertThat(record.get("dropguard.bytes.written").asInt()).isEqualTo(5);
    }

    @Test
    void anApplicationThatFailedHasFailedThoughItsClientLeftWithTheErrorPage() throws Exception {
        JsonNode record = record("/fails");

        assertThat(record.get("dropguard.outcome").asString()).isEqualTo("failed");
        assertThat(record.get("http.response.status_code").asInt()).isEqualTo(500);
    }

    private static JsonNode record(String path) throws Exception {
        HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()));
        try (LogServer server =
                LogServer.notStarted(
                        LogConfig.DEFAULT,
                        (request, response, callback) -> {
                            if (Request.getPathInContext(request).equals("/fails"))
                                callback.failed(new IllegalStateException("fails"));
                            else Content.Sink.write(response, true, "hello", callback);
                            return true;
                        })) {
            server.server.insertHandler(new LastWriteFails());
            server.start();
            client.start();
            client.newRequest("http://127.0.0.1:" + server.port() + path).send();
            return server.records.next();
        } finally {
            client.stop();
        }
    }

    /** Tells whoever has written the last bytes, after they were, that this failed. */
    private static final class LastWriteFails extends Handler.Wrapper {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            HttpChannel channel = HttpChannel.from(request);
            String path = Request.getPathInContext(request);
            HttpChannel left = path.startsWith("/leaves") ? channel : null;
            request.addHttpStreamWrapper(stream -> new Beneath(stream, left, path));
            return super.handle(request, response, callback);
        }

        private static final class Beneath extends HttpStream.Wrapper {
            private final @Nullable HttpChannel left; // by the client, before the write is told

            private final String path;

            Beneath(HttpStream wrapped, @Nullable HttpChannel left, String path) {
                super(wrapped);
                this.left = left;
                this.path = path;
            }

            @Override
            public void send(
                    MetaData.Request request,
                    MetaData.Response response,
                    boolean last,
                    ByteBuffer content,
                    Callback callback) {
                Callback told =
                        last ? Callback.from(() -> fail(callback), callback::failed) : callback;
                super.send(request, response, last, content, told);
            }

            private void fail(Callback callback) {
                // T1, the writer's, tells it too late: T2 has ended the exchange
                if (left != null) left.onRemoteFailure(new ClosedChannelException()).run();
                if (path.endsWith("/succeeded")) callback.succeeded();
                else if (!path.endsWith("/never")) callback.failed(new ClosedChannelException());
            }
        }
    }
}
