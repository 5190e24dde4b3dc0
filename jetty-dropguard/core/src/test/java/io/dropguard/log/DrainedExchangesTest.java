package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.Test;

/** What the log tells of exchanges that were in flight when the server began to stop. */
class DrainedExchangesTest {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    @Test
    void oneThatTookTooLongWasStopped() throws Exception {
        assertThat(outcome("50ms", false)).isEqualTo("server_stopped");
    }

    @Test
    void oneThatFailedWhileItWasWaitedForHasFailed() throws Exception {
        assertThat(outcome("20s", true)).isEqualTo("failed");
    }

    private String outcome(String drainTimeout, boolean goes) throws Exception {
        try (LogServer logging =
                LogServer.notStarted(
                        LogConfig.DEFAULT,
                        (request, response, callback) -> {
                            begun.countDown();
                            go.await();
                            throw new IllegalStateException(Request.getPathInContext(request));
                        })) {
            DropGuard.builder()
                    .set("drain-timeout", drainTimeout)
                    .build()
                    .installOn(logging.server);
            logging.start();
            try (Socket client = logging.connect()) {
                send(client);
                assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
                Future<?> stopped = CompletableFuture.runAsync(() -> stop(logging));
                await().until(() -> logging.connector.isShutdown());
                if (goes) go.countDown();
                stopped.get(20, TimeUnit.SECONDS);
                return logging.records.next().get("dropguard.outcome").asString();
            }
        }
    }

    private static void send(Socket client) throws IOException {
        client.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static void stop(LogServer logging) {
        try {
            logging.server.stop();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
