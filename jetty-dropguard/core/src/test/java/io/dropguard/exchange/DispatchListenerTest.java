package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** To be told of every thread costs every request, so it must be worth it. */
@Timeout(60)
class DispatchListenerTest {
    /** 6 MiB: more than the buffers of both sides hold before anything is read. */
    private static final int LENGTH = 6 * 1024 * 1024;

    private final ContextHandler context = new ContextHandler(new Answer());
    private final CompletableFuture<Callback> waiting = new CompletableFuture<>();
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server =
                TestServer.speaking(Protocol.HTTP_1)
                        .handledBy(context)
                        .guardedBy(DropGuard.create()::installOn)
                        .start();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void anAnswerThatIsOnlyStillBeingWrittenNeedsNoThread() throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            client.get("/long");
            // the first request's thread has left when the connection's next one is handled
            assertThat(client.body()).hasSize(LENGTH);
            client.get("/short");
            assertThat(client.body()).isEmpty();
            assertThat(isTold()).isFalse();
        }
    }

    @Test
    void anExchangeThatOthersGoOnWithIsToldOfThemAndSoAreAllLaterOnes() throws Exception {
        try (RawClient client = RawClient.connect(server.port())) {
            client.get("/async");
            await().until(this::isTold);
            waiting.get(20, TimeUnit.SECONDS).succeeded();
            assertThat(client.body()).isEmpty();
        }
    }

    private boolean isTold() {
        return context.getEventListeners().stream()
                .anyMatch(ContextHandler.ContextScopeListener.class::isInstance);
    }

    private final class Answer extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            switch (Request.getPathInContext(request)) {
                case "/long" -> response.write(true, ByteBuffer.allocate(LENGTH), callback);
                case "/async" -> waiting.complete(callback);
                default -> callback.succeeded();
            }
            return true;
        }
    }
}
