package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bytes behind the current request neither hide a loss nor get lost. */
class ReadAheadTest {
    private final DropGuard guard = DropGuard.builder().watchDelay(Duration.ZERO).build();

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aLossBehindAnUnreadBodyIsFound(Protocol protocol) throws Exception {
        Work work = new Work();
        try (TestServer server = start(protocol, work);
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.get("/hello"); // reads the TLS session tickets, which would turn FIN into RST
            client.body();
            client.send(post("/job", 8000));
            Work.Run run = work.awaitRun();
            client.send("x".repeat(8000));
            client.fin();
            assertThat(run.awaitLoss().signal()).isEqualTo(Signal.FIN);
            assertThat(run.interrupted).isTrue();
            await().untilAsserted(() -> assertThat(server.buffers().getLeaks()).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aLossBehindAPipelinedRequestIsFoundAndThatRequestIsNotRun(Protocol protocol)
            throws Exception {
        Work work = new Work();
        try (TestServer server = start(protocol, work);
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.get("/hello");
            client.body();
            client.get("/job");
            Work.Run run = work.awaitRun();
            client.get("/job");
            client.fin();
            assertThat(run.awaitLoss().signal()).isEqualTo(Signal.FIN);
            await().until(() -> server.connector().getConnectedEndPoints().isEmpty());
            assertThat(work.hasRun()).isFalse();
            assertThat(guard.statistics().unrun()).isEqualTo(Losses.of(guard) - 1);
            await().untilAsserted(() -> assertThat(server.buffers().getLeaks()).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aPipelinedRequestOfAClientThatStaysIsServed(Protocol protocol) throws Exception {
        Work work = new Work();
        try (TestServer server = start(protocol, work);
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.get("/job");
            Work.Run run = work.awaitRun();
            client.get("/hello");
            client.send("GET /hel"); // and the beginning of one more
            work.release.countDown();
            assertThat(client.body()).isEqualTo("done");
            assertThat(client.body()).isEqualTo("hello");
            client.send("lo HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.body()).isEqualTo("hello");
            assertThat(run.interrupted).isFalse();
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aBodyThatIsReadLateIsWholeAndPressesBackMeanwhile(Protocol protocol) throws Exception {
        int length = 24 * 1024 * 1024; // more than the buffers of both kernels hold
        byte[] body = new byte[length];
        new Random(7).nextBytes(body);
        LateReader reader = new LateReader();
        try (TestServer server = start(protocol, reader);
                RawClient client = RawClient.connect(protocol, server.port())) {
            AtomicLong sent = new AtomicLong();
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    client.send(post("/", length));
                                    for (int at = 0; at < length; at += 8192) {
                                        client.send(Arrays.copyOfRange(body, at, at + 8192));
                                        sent.addAndGet(8192);
                                    }
                                } catch (IOException broken) {
                                    throw new UncheckedIOException(broken);
                                }
                            });
            assertThat(reader.begun.poll(20, TimeUnit.SECONDS)).isNotNull();
            long[] before = {-1};
            await().pollInterval(Duration.ofMillis(100))
                    .until(() -> sent.get() > 0 && before[0] == (before[0] = sent.get()));
            assertThat(sent.get()).isLessThan(length);
            reader.mayRead.countDown();
            assertThat(client.body()).isEqualTo(String.valueOf(Arrays.hashCode(body)));
            sending.get(20, TimeUnit.SECONDS);
            assertThat(Losses.of(guard)).isZero();
            client.close();
            await().until(() -> server.connector().getConnectedEndPoints().isEmpty());
            await().untilAsserted(() -> assertThat(server.buffers().getLeaks()).isEmpty());
        }
    }

    private TestServer start(Protocol protocol, Handler handler) throws Exception {
        return TestServer.speaking(protocol).handledBy(handler).guardedBy(guard::installOn).start();
    }

    private static String post(String path, int length) {
        return "POST "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + length
                + "\r\n\r\n";
    }

    /** Answers the hash of the body, which it reads when it may. */
    private static final class LateReader extends Handler.Abstract {
        final BlockingQueue<Request> begun = new LinkedBlockingQueue<>();
        final CountDownLatch mayRead = new CountDownLatch(1);

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            begun.add(request);
            assertThat(mayRead.await(20, TimeUnit.SECONDS)).isTrue();
            byte[] body = BufferUtil.toArray(Content.Source.asByteBuffer(request));
            Work.answer(response, String.valueOf(Arrays.hashCode(body)), callback);
            return true;
        }
    }
}
