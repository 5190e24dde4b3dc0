package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class QueuedLossTest {
    @Test
    void aClientThatLeftWhileItsRequestQueuedIsLostNotRefused() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        LogServer.Work blocking =
                (request, response, callback) -> {
                    assertThat(release.await(60, TimeUnit.SECONDS)).isTrue();
                    callback.succeeded();
                    return true;
                };
        try (LogServer server = LogServer.guarded(blocking)) {
            QueuedThreadPool pool = (QueuedThreadPool) server.server.getThreadPool();
            List<Socket> busy = new ArrayList<>();
            List<Socket> leaving = new ArrayList<>();
            for (int i = 0; i < 40; i++) busy.add(request(server, "/busy"));
            Awaitility.await().until(() -> pool.getQueueSize() > 5);
            int before = pool.getQueueSize();
            for (int i = 0; i < 5; i++) leaving.add(request(server, "/left"));
            Awaitility.await().until(() -> pool.getQueueSize() >= before + 5);
            for (int i = 0; i < 20; i++)
                busy.add(request(server, "/busy")); // so that it still queues
            for (Socket socket : leaving) {
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
                socket.close();
            }
            release.countDown();
            int left = 0;
            for (int i = 0; i < 65; i++) {
                JsonNode record = server.records.next();
                if (!record.get("url.path").asString().equals("/left")) continue;
                left++;
                assertThat(record.get("dropguard.outcome").asString()).isEqualTo("client_lost");
                assertThat(record.get("dropguard.loss.signal").asString())
                        .isIn("rst", "write_failed");
            }
            assertThat(left).isEqualTo(5);
            for (Socket socket : busy) socket.close();
        }
    }

    private static Socket request(LogServer server, String path) throws Exception {
        Socket socket = server.connect();
        socket.getOutputStream()
                .write(
                        ("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
