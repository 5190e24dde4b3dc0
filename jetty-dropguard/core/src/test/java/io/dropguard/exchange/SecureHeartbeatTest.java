package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.heartbeat.HeartbeatMode;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Over TLS: what the client gets, less the heartbeats, is what the application wrote. */
class SecureHeartbeatTest {
    /** Of 20,000 bytes, so that a record of TLS cannot hold it. */
    private static final String LONG = "a".repeat(20_000);

    /** How each type's beat looks. */
    private enum Type {
        DOCUMENT("application/json", " ", "[\"", LONG, "\",1]"),
        EVENTS(
                "text/event-stream",
                ":\n\n",
                "data: 1\n\n",
                "data: " + LONG + "\n\n",
                "data: 3\n\n"),
        RECORDS("application/x-ndjson", "\n", "{\"a\":1}\n", "\"" + LONG + "\"\n", "3\n");

        private final String contentType;
        private final String beat;
        private final String first;
        private final String second;
        private final String third;

        Type(String contentType, String beat, String first, String second, String third) {
            this.contentType = contentType;
            this.beat = beat;
            this.first = first;
            this.second = second;
            this.third = third;
        }

        private List<String> parts() {
            return List.of(first, second, third);
        }
    }

    private final CompletableFuture<Integer> beats = new CompletableFuture<>();

    static Stream<Arguments> everywhere() {
        return Stream.of(Protocol.values())
                .flatMap(protocol -> Stream.of(Type.values()).map(t -> Arguments.of(protocol, t)));
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void theBytesLessTheBeatsAreTheApplications(Protocol protocol, Type type) throws Exception {
        DropGuard guard =
                DropGuard.builder()
                        .everywhere(
                                policy ->
                                        policy.heartbeat(HeartbeatMode.AUTO)
                                                .heartbeatFirstDelay(Duration.ofMillis(10))
                                                .heartbeatInterval(Duration.ofMillis(10)))
                        .build();
        Handler application =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        try {
                            answer(request, response, type);
                            beats.complete(GuardedExchange.of(request).heartbeats());
                        } catch (Throwable failed) {
                            beats.completeExceptionally(failed);
                            throw failed;
                        }
                        callback.succeeded();
                        return true;
                    }
                };
        try (TestServer server =
                TestServer.speaking(protocol)
                        .handledBy(application)
                        .guardedBy(guard::installOn)
                        .start()) {
            String body = body(server);

            int sent = beats.get(20, TimeUnit.SECONDS);
            StringBuilder rest = new StringBuilder(body);
            int found = takeBeats(rest, type);
            for (String part : type.parts()) {
                assertThat(rest).startsWith(part);
                rest.delete(0, part.length());
                if (type != Type.DOCUMENT) found += takeBeats(rest, type);
            }
            assertThat(rest).isEmpty();
            assertThat(found).isEqualTo(sent).isGreaterThanOrEqualTo(3);
        }
    }

    private static void answer(Request request, Response response, Type type) throws IOException {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type.contentType);
        WaitFixture.awaitBeats(request, 3);
        boolean between = type != Type.DOCUMENT; // where there is a between
        for (String part : type.parts()) {
            WaitFixture.write(response, false, part);
            int before = GuardedExchange.of(request).heartbeats();
            if (between) WaitFixture.awaitBeats(request, before + 2);
        }
        WaitFixture.write(response, true, "");
    }

    private static int takeBeats(StringBuilder rest, Type type) {
        int taken = 0;
        for (; rest.indexOf(type.beat) == 0; taken++) rest.delete(0, type.beat.length());
        return taken;
    }

    private String body(TestServer server) throws Exception {
        if (server.protocol().isMultiplexed())
            try (Http2Client client = Http2Client.connect(server.protocol(), server.port())) {
                client.get("/");
                String body = client.body();
                beats.get(20, TimeUnit.SECONDS); // a client that leaves now may fail the last write
                return body;
            }
        try (RawClient client = RawClient.connect(server.protocol(), server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
            return client.readAll();
        }
    }
}
