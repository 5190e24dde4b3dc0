package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Jetty hands a request to its handlers, and we register for its failures. A reset may come in
 * between, when Jetty takes no more listeners, or right after.
 */
class EarlyResetTest {
    private final Work work = new Work();
    private final DropGuard guard = DropGuard.builder().build();

    /** Stands before the guard, and holds requests back until it is told. */
    private static final class Before extends Handler.Wrapper {
        final CountDownLatch handed = new CountDownLatch(1);
        final CountDownLatch failed = new CountDownLatch(1);
        final CountDownLatch mayGo = new CountDownLatch(1);

        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            request.addFailureListener(failure -> failed.countDown());
            handed.countDown();
            await(mayGo);
            return super.handle(request, response, callback);
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(Work.PATIENCE_SECONDS, TimeUnit.SECONDS))
            throw new AssertionError("did not happen");
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            await(latch);
        } catch (InterruptedException stopped) {
            throw new AssertionError(stopped);
        }
    }

    private TestServer start(Protocol protocol, Before before) throws Exception {
        return TestServer.speaking(protocol)
                .handledBy(work)
                .guardedBy(
                        server -> {
                            guard.installOn(server);
                            before.setHandler(server.getHandler());
                            server.setHandler(before);
                        })
                .start();
    }

    @ParameterizedTest
    @EnumSource(names = {"H2C", "H2"})
    void aRequestThatWasResetBeforeTheGuardCouldListenIsNotRun(Protocol protocol) throws Exception {
        Before before = new Before();
        try (TestServer server = start(protocol, before);
                Http2Client client = Http2Client.connect(protocol, server.port())) {
            client.get("/job");
            await(before.handed);
            client.reset();
            await(before.failed);

            before.mayGo.countDown();

            awaitOneLoss();
            assertThat(work.hasRun()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"H2C", "H2"})
    void aRequestThatIsResetOnceTheGuardListensIsStopped(Protocol protocol) throws Exception {
        Before before = new Before();
        try (TestServer server = start(protocol, before);
                Http2Client client = Http2Client.connect(protocol, server.port())) {
            client.get("/job");
            await(before.handed);
            before.mayGo.countDown();
            Work.Run run = work.awaitRun();
            assertThat(before.failed.getCount()).isOne();

            client.reset();

            ClientLoss loss = run.awaitLoss();
            assertThat(loss.signal()).isEqualTo(Signal.STREAM_RESET);
            awaitOneLoss();
        }
    }

    @Test
    void anUploadThatWasResetBeforeTheGuardCouldListenIsNotRun() throws Exception {
        Before before = new Before();
        try (TestServer server = start(Protocol.H2C, before);
                Http2Client client = Http2Client.connect(Protocol.H2C, server.port())) {
            client.post("/job");
            client.data("a part of it", false);
            await(before.handed);
            client.reset();
            await(before.failed);

            before.mayGo.countDown();

            awaitOneLoss();
            assertThat(work.hasRun()).isFalse();
        }
    }

    /**
     * T1, the reset, has Jetty consume what is left of the body; T2, the application, is about to
     * read, and is told no more than that the body was not read to its end.
     */
    @Test
    void aReadThatMeetsWhatTheResetHasLeftOfTheBodyIsALoss() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch consumed = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        CompletableFuture<Throwable> read = new CompletableFuture<>();
        Handler reader =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        Throwable failure = request.read().getFailure();
                        read.complete(failure);
                        callback.failed(failure);
                        ended.countDown();
                        return true;
                    }
                };
        Handler.Wrapper late =
                new Handler.Wrapper() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        request.addHttpStreamWrapper(
                                stream -> new LateRead(stream, reading, consumed));
                        request.addFailureListener(
                                failure -> {
                                    consumed.countDown();
                                    awaitUnchecked(ended); // only then we are told
                                });
                        return super.handle(request, response, callback);
                    }
                };
        try (TestServer server =
                        TestServer.speaking(Protocol.H2C)
                                .handledBy(reader)
                                .guardedBy(
                                        each -> {
                                            guard.installOn(each);
                                            late.setHandler(each.getHandler());
                                            each.setHandler(late);
                                        })
                                .start();
                Http2Client client = Http2Client.connect(Protocol.H2C, server.port())) {
            client.post("/");
            await(reading);
            client.reset();

            assertThat(read.get(Work.PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isSameAs(HttpStream.CONTENT_NOT_CONSUMED);
            awaitOneLoss();
        }
    }

    /** Has the application, which was about to read, read what the reset has left. */
    private static final class LateRead extends HttpStream.Wrapper {
        private final CountDownLatch reading;
        private final CountDownLatch consumed;

        LateRead(HttpStream stream, CountDownLatch reading, CountDownLatch consumed) {
            super(stream);
            this.reading = reading;
            this.consumed = consumed;
        }

        @Override
        public Content.Chunk read() {
            reading.countDown();
            awaitUnchecked(consumed);
            return super.read();
        }
    }

    private void awaitOneLoss() {
        Awaitility.await()
                .untilAsserted(
                        () -> {
                            assertThat(guard.statistics().active()).isZero();
                            assertThat(guard.statistics().losses())
                                    .containsEntry(Signal.STREAM_RESET, 1L);
                        });
    }
}
