package io.dropguard.exchange;

import static io.dropguard.exchange.WaitFixture.awaitBeats;
import static io.dropguard.exchange.WaitFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.exchange.WaitFixture.Wire;
import io.dropguard.heartbeat.HeartbeatMode;
import java.time.Duration;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.compression.gzip.GzipCompression;
import org.eclipse.jetty.compression.server.CompressionConfig;
import org.eclipse.jetty.compression.server.CompressionHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Beside the compression that Jetty 12.1 has in the place of its GzipHandler. */
class CompressedHeartbeatTest {
    private static final String DOCUMENT = "{\"late\":\"" + "a".repeat(5_000) + "\"}";

    private final DropGuard guard =
            DropGuard.builder()
                    .path(
                            "/slow/*",
                            policy ->
                                    policy.heartbeat(HeartbeatMode.AUTO)
                                            .heartbeatInterval(Duration.ofMillis(10))
                                            .heartbeatContentType("application/json"))
                    .build();

    private static CompressionHandler compressing(Handler handler) {
        CompressionHandler compressing = new CompressionHandler(handler);
        GzipCompression gzip = new GzipCompression();
        gzip.setMinCompressSize(0);
        compressing.putCompression(gzip);
        compressing.putConfiguration("/*", CompressionConfig.builder().defaults().build());
        return compressing;
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void withinTheGuardNothingIsCompressedThatMayBeat(Wire wire) throws Exception {
        Handler application =
                WaitFixture.handler(
                        (request, response, callback) -> {
                            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                            awaitBeats(request, 2);
                            response.write(true, bytes(DOCUMENT), callback);
                        });
        try (WaitFixture fixture = new WaitFixture(guard, compressing(application), true)) {
            ContentResponse answer = get(fixture, wire, "/slow/a");

            assertThat(answer.getHeaders().contains(HttpHeader.CONTENT_ENCODING)).isFalse();
            assertThat(answer.getContentAsString()).startsWith("  ");
            assertThat(answer.getContentAsString().stripLeading()).isEqualTo(DOCUMENT);
            fixture.awaitQuiet();
        }
    }

    @ParameterizedTest
    @EnumSource(Wire.class)
    void outsideOfTheGuardTheyAreWithheldAndTheDocumentIsCompressed(Wire wire) throws Exception {
        guard.handler()
                .setHandler(
                        WaitFixture.handler(
                                (request, response, callback) -> {
                                    response.getHeaders()
                                            .put(HttpHeader.CONTENT_TYPE, "application/json");
                                    GuardedExchange exchange = GuardedExchange.of(request);
                                    for (int i = 0; i < 5; i++)
                                        exchange.gate().beat(exchange.heartbeatConfig());
                                    assertThat(exchange.heartbeats()).isZero();
                                    response.write(true, bytes(DOCUMENT), callback);
                                }));
        try (WaitFixture fixture = new WaitFixture(guard, compressing(guard.handler()), false)) {
            ContentResponse answer = get(fixture, wire, "/slow/a");

            assertThat(answer.getContentAsString()).isEqualTo(DOCUMENT);
            fixture.awaitQuiet();
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP_1, true", "H2C, true", "HTTP_1, false", "H2C, false"})
    void whatHasNoHeartbeatsIsCompressedAsWithoutTheGuard(Wire wire, boolean within)
            throws Exception {
        Handler application =
                WaitFixture.handler(
                        (request, response, callback) -> {
                            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
                            response.write(true, bytes(DOCUMENT), callback);
                        });
        Handler handler;
        if (within) handler = compressing(application);
        else {
            guard.handler().setHandler(application);
            handler = compressing(guard.handler());
        }
        try (WaitFixture fixture = new WaitFixture(guard, handler, within)) {
            ContentResponse answer = get(fixture, wire, "/quick");

            assertThat(answer.getContentAsString()).isEqualTo(DOCUMENT);
            assertThat(answer.getHeaders().get(HttpHeader.VARY)).isEqualTo("Accept-Encoding");
            fixture.awaitQuiet();
        }
    }

    /** The client decompresses, and fails if it cannot. */
    private static ContentResponse get(WaitFixture fixture, Wire wire, String target)
            throws Exception {
        return fixture.request(wire, target)
                .headers(headers -> headers.put(HttpHeader.ACCEPT_ENCODING, "gzip"))
                .send();
    }
}
