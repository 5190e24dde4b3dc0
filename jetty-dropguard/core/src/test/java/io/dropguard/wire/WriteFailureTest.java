package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that leaves while its answer is written is lost, and the writer does not hang. */
class WriteFailureTest {
    /** Larger than what the kernels of both sides buffer. */
    private static final int LARGE = 32 * 1024 * 1024;

    private final Writer writer = new Writer();
    private final DropGuard guard = DropGuard.builder().watchDelay(Duration.ofMillis(5)).build();

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aClientThatReadsNothingAndResetsIsLost(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol);
                RawClient client = RawClient.connectWithSmallBuffer(protocol, server.port())) {
            client.get("/parts");
            GuardedExchange exchange = writer.begun.poll(20, TimeUnit.SECONDS);
            client.read(100);
            client.rst();
            assertThat(writer.outcome.get(20, TimeUnit.SECONDS)).isNotEqualTo("written");
            ClientLoss loss = exchange.loss().orElseThrow();
            // A TLS client's close_notify may be read before its RST
            if (protocol != Protocol.TLS || loss.signal() != Signal.FIN) {
                assertThat(loss.signal()).isIn(Signal.RST, Signal.WRITE_FAILED);
                assertThat(loss.failure()).isNotNull();
            }
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
            assertThat(Losses.of(guard)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aResetWithinTheLastWriteIsALoss(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol);
                RawClient client = RawClient.connectWithSmallBuffer(protocol, server.port())) {
            client.get("/once");
            GuardedExchange exchange = writer.begun.poll(20, TimeUnit.SECONDS);
            client.read(100);
            client.rst();
            assertThat(writer.outcome.get(20, TimeUnit.SECONDS)).isNotEqualTo("written");
            assertThat(exchange.loss().orElseThrow().signal()).isEqualTo(Signal.WRITE_FAILED);
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"H2C", "H2"})
    void aStreamThatIsResetWithinTheLastWriteIsLost(Protocol protocol) throws Exception {
        try (TestServer server = start(protocol);
                Http2Client client = Http2Client.connect(protocol, server.port())) {
            client.get(
                    "/once"); // its flow control window is 64 KiB at first, and grows as it reads
            GuardedExchange exchange = writer.begun.poll(20, TimeUnit.SECONDS);
            client.leave(Departure.STREAM_RESET);
            assertThat(writer.outcome.get(20, TimeUnit.SECONDS)).isNotEqualTo("written");
            await().untilAsserted(() -> assertThat(exchange.loss()).isPresent());
            assertThat(exchange.loss().orElseThrow().signal())
                    .isIn(Signal.STREAM_RESET, Signal.WRITE_FAILED);
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
        }
    }

    private TestServer start(Protocol protocol) throws Exception {
        return TestServer.speaking(protocol).handledBy(writer).guardedBy(guard::installOn).start();
    }

    /** Writes a large answer, at once or in parts, and tells how it went. */
    private static final class Writer extends Handler.Abstract {
        final BlockingQueue<GuardedExchange> begun = new LinkedBlockingQueue<>();
        final CompletableFuture<Object> outcome = new CompletableFuture<>();

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            begun.add(GuardedExchange.of(request));
            boolean once = Request.getPathInContext(request).equals("/once");
            try {
                if (once) write(response, true, LARGE);
                else {
                    for (int i = 0; i < 1024; i++) write(response, false, LARGE / 1024);
                    write(response, true, 0);
                }
                callback.succeeded();
                outcome.complete("written");
            } catch (Throwable failure) {
                callback.failed(failure);
                outcome.complete(failure);
            }
            return true;
        }

        private static void write(Response response, boolean last, int length) throws Exception {
            try (Blocker.Callback blocker = Blocker.callback()) {
                response.write(last, ByteBuffer.allocate(length), blocker);
                blocker.block();
            }
        }
    }
}
