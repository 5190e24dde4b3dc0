package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** The list of live connections. */
class ConnectionsTest {
    private final DropGuard guard = DropGuard.create();
    private final CountDownLatch release = new CountDownLatch(1);

    @Test
    void aConnectionIsListedFromItsAcceptToItsClose() throws Exception {
        try (TestServer server = start()) {
            RawClient client = RawClient.connect(server.port());
            await().until(() -> guard.connections().count() == 1);
            client.fin();
            await().until(() -> guard.connections().count() == 0);
        }
    }

    @Test
    void aSnapshotTellsWhatTheRequestDoes() throws Exception {
        try (TestServer server = start();
                RawClient client = RawClient.connect(server.port())) {
            client.get("/slow?secret=1");
            await().until(() -> phase() == ConnectionPhase.COMPUTING);
            ConnectionSnapshot seen = guard.connections().snapshot().get(0);
            assertThat(seen.method()).isEqualTo("GET");
            assertThat(seen.path()).isEqualTo("/slow");
            assertThat(seen.protocol()).isEqualTo("HTTP/1.1");
            assertThat(seen.streams()).isEqualTo(1);
            assertThat(seen.bytesRead()).isPositive();
            assertThat(guard.connections().stack(seen.id()))
                    .anyMatch(frame -> frame.getClassName().contains("CountDownLatch"));
            release.countDown();
            client.readResponse();
            await().until(() -> phase() == ConnectionPhase.IDLE);
            assertThat(guard.connections().shutdown(seen.id(), seen.epoch())).isFalse();
            ConnectionSnapshot idle = guard.connections().find(seen.id()).orElseThrow();
            assertThat(idle.bytesWritten()).isPositive();
            assertThat(guard.connections().shutdown(idle.id(), idle.epoch())).isTrue();
            assertThat(client.readAll()).isEmpty();
            await().until(() -> guard.connections().count() == 0);
        }
    }

    private ConnectionPhase phase() {
        return guard.connections().snapshot().stream()
                .findFirst()
                .map(ConnectionSnapshot::phase)
                .orElse(null);
    }

    private TestServer start() throws Exception {
        return TestServer.speaking(Protocol.HTTP_1)
                .handledBy(
                        new Handler.Abstract() {
                            @Override
                            public boolean handle(
                                    Request request, Response response, Callback callback)
                                    throws InterruptedException {
                                release.await();
                                response.write(true, null, callback);
                                return true;
                            }
                        })
                .guardedBy(guard::installOn)
                .start();
    }
}
