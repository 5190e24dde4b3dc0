package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.testkit.RawClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an application does when it hears of a loss, however long it takes, holds up nobody else.
 */
class TellingThreadTest {
    private final CompletableFuture<Request> begun = new CompletableFuture<>();
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @ParameterizedTest(name = "{0} threads are ready to go on selecting")
    @ValueSource(ints = {0, 4})
    void aListenerThatBlocksHoldsUpNoOtherConnection(int reserved) throws Exception {
        Server server = new Server(new QueuedThreadPool(16, 8, 60_000, reserved, null, null));
        ServerConnector connector = new ServerConnector(server, 1, 1);
        server.addConnector(connector);
        server.setHandler(new Waiting());
        DropGuard.builder().watchDelay(Duration.ZERO).build().installOn(server);
        server.start();
        try (RawClient other = RawClient.connect(connector.getLocalPort())) {
            RawClient lost = RawClient.connect(connector.getLocalPort());
            lost.get("/job");
            begun.get(20, TimeUnit.SECONDS);
            lost.rst();
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 3; i++) {
                other.get("/hello");
                assertThat(other.body()).isEqualTo("hello");
            }
        } finally {
            release.countDown();
            server.stop();
        }
    }

    /** {@code /job} waits for its client to be lost, and blocks when it hears of that. */
    private final class Waiting extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (!Request.getPathInContext(request).equals("/job")) {
                Work.answer(response, "hello", callback);
                return true;
            }
            request.addFailureListener(
                    failure -> {
                        told.countDown();
                        awaitRelease();
                        callback.failed(failure);
                    });
            begun.complete(request);
            return true;
        }

        private void awaitRelease() {
            try {
                if (!release.await(2 * Work.PATIENCE_SECONDS, TimeUnit.SECONDS))
                    throw new IllegalStateException("never released");
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }
    }
}
