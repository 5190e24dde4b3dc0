package io.dropguard.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.RawClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that were accepted, and not opened yet, when the server is to stop. */
@Timeout(60)
class LateAcceptTest {
    private final CountDownLatch accepted = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private volatile boolean refused;
    private final Server server = new Server();
    private final ServerConnector connector = new SlowToOpen(server);

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        connector.setShutdownIdleTimeout(300);
        server.addConnector(connector);
        server.setHandler(new Answer());
        DropGuard.builder().set("drain-timeout", "20s").build().installOn(server);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        open.countDown();
        server.stop();
    }

    @Test
    void theirRequestsAreServedBeforeItStops() throws Exception {
        try (RawClient client = RawClient.connect(connector.getLocalPort())) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            Future<?> stopped = stopOnceAccepted();
            assertThatThrownBy(() -> stopped.get(300, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);

            open.countDown();

            assertThat(client.readAll()).contains("Connection: close").endsWith("done");
            stopped.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void oneThatCannotBeOpenedIsNotWaitedFor() throws Exception {
        try (RawClient client = RawClient.connect(connector.getLocalPort())) {
            Future<?> stopped = stopOnceAccepted();
            refused = true;
            open.countDown();
            stopped.get(10, TimeUnit.SECONDS);
            assertThat(client.readAll()).isEmpty();
        }
    }

    private Future<?> stopOnceAccepted() throws Exception {
        assertThat(accepted.await(20, TimeUnit.SECONDS)).isTrue();
        Future<?> stopped =
                CompletableFuture.runAsync(
                        () -> {
                            try {
                                server.stop();
                            } catch (Exception failed) {
                                throw new IllegalStateException(failed);
                            }
                        });
        await().until(connector::isShutdown);
        return stopped;
    }

    /** Takes its time between accepting and opening, as a machine that is busy does. */
    private final class SlowToOpen extends ServerConnector {
        SlowToOpen(Server server) {
            super(server, 1, 1);
        }

        @Override
        protected SocketChannelEndPoint newEndPoint(
                SocketChannel channel, ManagedSelector selector, SelectionKey key)
                throws IOException {
            accepted.countDown();
            try {
                open.await();
            } catch (InterruptedException stopping) {
                throw new InterruptedIOException("interrupted");
            }
            if (refused) throw new IOException("refused");
            return super.newEndPoint(channel, selector, key);
        }
    }

    private static final class Answer extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.write(true, US_ASCII.encode("done"), callback);
            return true;
        }
    }
}
