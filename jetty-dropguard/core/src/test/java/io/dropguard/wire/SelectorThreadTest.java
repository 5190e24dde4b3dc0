package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.RawClient;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.FillInterest;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.Test;

/** The selector peeks for the watch; handlers, which may block, never run on its thread. */
class SelectorThreadTest {
    private final Work work = new Work();
    private final CompletableFuture<Thread> selector = new CompletableFuture<>();
    private final CompletableFuture<Thread> handler = new CompletableFuture<>();

    @Test
    void theNextRequestIsNotHandledByASelectorThatCameToPeek() throws Exception {
        Server server = new Server();
        server.setHandler(
                new Handler.Wrapper(work) {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        if (Request.getPathInContext(request).equals("/next"))
                            handler.complete(Thread.currentThread());
                        return super.handle(request, response, callback);
                    }
                });
        ServerConnector connector =
                new ServerConnector(server, 1, 1) {
                    @Override
                    protected SocketChannelEndPoint newEndPoint(
                            SocketChannel channel, ManagedSelector selectSet, SelectionKey key) {
                        return new LateEndPoint(channel, selectSet, key, getScheduler());
                    }
                };
        server.addConnector(connector);
        DropGuard.builder().watchDelay(Duration.ZERO).build().installOn(server);
        server.start();
        try (RawClient client = RawClient.connect(connector.getLocalPort())) {
            client.get("/job");
            Work.Run run = work.awaitRun();
            EndPoint guarded = run.request.getConnectionMetaData().getConnection().getEndPoint();
            AbstractEndPoint socket = (AbstractEndPoint) ((EndPoint.Wrapper) guarded).unwrap();
            await().until(socket::isFillInterested); // the watch is armed
            client.get("/next");
            assertThat(client.body()).isEqualTo("done");
            assertThat(client.body()).isEqualTo("hello");
            assertThat(handler.get(20, TimeUnit.SECONDS))
                    .isNotSameAs(selector.get(20, TimeUnit.SECONDS));
        } finally {
            server.stop();
        }
    }

    /**
     * Has the connection come to wait for its next request after the selector found that the watch
     * does not block, and before it calls whoever is there.
     */
    private final class LateEndPoint extends SocketChannelEndPoint {
        private final FillInterest selected = new LateFillInterest(super.getFillInterest());

        private LateEndPoint(
                SocketChannel channel,
                ManagedSelector selectSet,
                SelectionKey key,
                Scheduler scheduler) {
            super(channel, selectSet, key, scheduler);
        }

        @Override
        public FillInterest getFillInterest() {
            return selected == null ? super.getFillInterest() : selected;
        }

        private final class LateFillInterest extends FillInterest {
            private final FillInterest real;
            private volatile Thread peeking;

            LateFillInterest(FillInterest real) {
                this.real = real;
            }

            @Override
            public InvocationType getCallbackInvocationType() {
                InvocationType type = real.getCallbackInvocationType();
                if (type == InvocationType.NON_BLOCKING) peeking = Thread.currentThread();
                return type;
            }

            @Override
            public boolean fillable() {
                if (Thread.currentThread().equals(peeking)
                        && selector.complete(Thread.currentThread())) {
                    work.release.countDown();
                    await().until(() -> getConnection().getEndPoint().isFillInterested());
                }
                return real.fillable();
            }

            @Override
            public boolean isInterested() {
                return real.isInterested();
            }

            @Override
            public boolean onFail(Throwable cause) {
                return real.onFail(cause);
            }

            @Override
            protected void needsFillInterest() {
                throw new IllegalStateException("the real one is registered with");
            }
        }
    }
}
