package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kernel is asked for on a connection that has served a request. */
@Timeout(60)
class KeptInterestTest {
    /** 6 MiB: more than the buffers of both sides hold before anything is read. */
    private static final int LENGTH = 6 * 1024 * 1024;

    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private volatile SelectionKey key; // of the connection, once it has asked for /wait
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server =
                TestServer.speaking(Protocol.HTTP_1)
                        .handledBy(new Answer())
                        // never armed here: what is seen is what the connection has left behind
                        .guardedBy(
                                DropGuard.builder().watchDelay(Duration.ofMinutes(1)).build()
                                        ::installOn)
                        .start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void isAskedForReadsStillWhileTheNextRequestIsHandled() throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            askTwice(client);
            assertThat(key.interestOps()).isEqualTo(SelectionKey.OP_READ);
            mayAnswer.countDown();
            assertThat(client.body()).isEqualTo("waited");
        }
    }

    @Test
    void isAskedNoMoreOnceTheClientSendsMeanwhileAndThatIsServedInItsTurn() throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            askTwice(client);
            client.get("/next");
            await().until(() -> key.interestOps() == 0);
            mayAnswer.countDown();
            assertThat(client.body()).isEqualTo("waited");
            assertThat(client.body()).isEqualTo("next");
            client.get("/again");
            assertThat(client.body()).isEqualTo("again");
        }
    }

    @Test
    void hasAllOfALongAnswerSentThoughTheClientReadsItLate() throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            askTwice(client);
            mayAnswer.countDown();
            assertThat(client.body()).isEqualTo("waited");
            client.get("/long");
            await().until(() -> (key.interestOps() & SelectionKey.OP_WRITE) != 0);
            assertThat(client.body()).hasSize(LENGTH);
        }
    }

    @Test
    void closesTheIdleConnectionWhenTheServerStops() throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            askTwice(client);
            mayAnswer.countDown();
            assertThat(client.body()).isEqualTo("waited");
            server.server().stop();
            assertThat(client.readAll()).isEmpty();
        }
    }

    /** The first request makes it known that bytes have come; the next is read by the selector. */
    private void askTwice(RawClient client) throws Exception {
        client.get("/first");
        assertThat(client.body()).isEqualTo("first");
        client.get("/wait");
        await().until(() -> key != null);
    }

    private SelectionKey keyOf(Request request) {
        SocketChannel channel =
                (SocketChannel)
                        request.getConnectionMetaData()
                                .getConnection()
                                .getEndPoint()
                                .getTransport();
        return server.connector().getContainedBeans(ManagedSelector.class).stream()
                .map(each -> channel.keyFor(each.getSelector()))
                .filter(each -> each != null)
                .findFirst()
                .orElseThrow();
    }

    private final class Answer extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            String path = Request.getPathInContext(request);
            switch (path) {
                case "/long" -> response.write(true, ByteBuffer.allocate(LENGTH), callback);
                case "/wait" -> {
                    key = keyOf(request);
                    mayAnswer.await();
                    Work.answer(response, "waited", callback);
                }
                default -> Work.answer(response, path.substring(1), callback);
            }
            return true;
        }
    }
}
