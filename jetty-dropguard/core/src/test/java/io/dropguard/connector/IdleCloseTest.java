package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.TrackedConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The idle timeout and the next request meet: each comes first once. */
class IdleCloseTest {
    private static final long IDLE_MILLIS = 100;

    private final TimeoutException idle = new TimeoutException("idle");

    private final HandRunScheduler scheduler = new HandRunScheduler(new AtomicLong());
    private final Server server = new Server();
    private final ServerConnector connector =
            new ServerConnector(server, null, scheduler, null, 0, 1, new HttpConnectionFactory());
    private final ByteArrayEndPoint endPoint =
            new ByteArrayEndPoint() {
                @Override
                public Object getTransport() {
                    return pair.accepted();
                }
            };
    private final Waiting waiting = new Waiting();
    private SocketPair pair;
    private GuardedEndPoint guarded;
    private ClientWatch watch;

    @BeforeEach
    void connect() throws IOException {
        pair = SocketPair.connect();
        WatchTimer timer =
                new WatchTimer(new HandRunScheduler(new AtomicLong()), Ticker.system(), 1_000_000);
        ConnectorGuard guard =
                new ConnectorGuard(
                        ConnectorConfig.DEFAULT, DrainConfig.DEFAULT, MonitorConfig.DEFAULT);
        PendingWrite write = new PendingWrite(endPoint);
        TrackedConnection tracked =
                guard.connections().track(new GuardedSocket(endPoint, pair.accepted(), write));
        watch =
                new ClientWatch(
                        endPoint,
                        pair.accepted(),
                        Runnable::run,
                        ByteBufferPool.NON_POOLING,
                        timer,
                        new HangUps(Duration.ZERO),
                        tracked,
                        write,
                        WatchConfig.DEFAULT);
        ConnectorLife life = new ConnectorLife(connector, guard);
        endPoint.notIdle(); // or it expires as soon as it is timed
        endPoint.setIdleTimeout(IDLE_MILLIS);
        guarded =
                new GuardedEndPoint(
                        endPoint,
                        watch,
                        new Lingering(
                                connector, LingerConfig.DEFAULT, KeepAliveConfig.DEFAULT_MARGIN),
                        life,
                        write,
                        tracked,
                        null);
        endPoint.setConnection(FakeConnection.ofHttp1());
    }

    @AfterEach
    void close() throws IOException {
        pair.close();
    }

    @Test
    void whenTheTimerIsFirstTheOneThatWaitsIsToldAndTheSelectorFindsNobody() {
        use();
        guarded.fillInterested(waiting);

        timeIsOver();

        assertThat(waiting.told).containsExactly("failed");
        assertThat(endPoint.getFillInterest().fillable()).isFalse();
    }

    @Test
    void whenTheSelectorIsFirstItIsReadAndTheTimerFindsNobody() {
        use();
        guarded.fillInterested(waiting);

        endPoint.getFillInterest().fillable(); // it is about to read
        timeIsOver();

        assertThat(waiting.told).containsExactly("fillable");
        assertThat(endPoint.isOpen()).isTrue();
    }

    @Test
    void theTimerRunsAgainForTheNextOneThatWaits() {
        use();
        guarded.fillInterested(waiting);
        endPoint.getFillInterest().fillable();
        timeIsOver();
        assertThat(scheduler.pending()).isZero();

        guarded.fillInterested(waiting);
        timeIsOver();

        assertThat(waiting.told).containsExactly("fillable", "failed");
    }

    @Test
    void theTimerIsGoneWithTheConnection() {
        use();
        guarded.fillInterested(waiting);
        assertThat(scheduler.pending()).isEqualTo(1);

        guarded.close();

        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void theTimerHasARequestServedThatTheSelectorHasNotSeen() throws IOException {
        use();
        guarded.fillInterested(waiting);
        pair.client().write(ByteBuffer.wrap("GET".getBytes(StandardCharsets.US_ASCII)));

        timeIsOver();

        assertThat(waiting.told).containsExactly("fillable");
        assertThat(guarded.tryFillInterested(new Waiting())).as("to wait again").isTrue();
    }

    /** A request has been served. */
    private void use() {
        watch.life().isLastRequest();
    }

    private void timeIsOver() {
        await().until(() -> endPoint.getIdleFor() >= IDLE_MILLIS);
        scheduler.runNext();
    }

    @Test
    void aRequestThatIsHereWhenTheTimeIsOverIsServed() throws IOException {
        guarded.fillInterested(waiting);
        pair.client().write(ByteBuffer.wrap("GET".getBytes(StandardCharsets.US_ASCII)));

        // the selector has not seen it, and the timer comes first
        endPoint.getFillInterest().onFail(idle);

        assertThat(waiting.told).containsExactly("fillable");
        ByteBuffer read = ByteBuffer.allocate(10).flip();
        assertThat(guarded.fill(read)).isEqualTo(3);
    }

    @Test
    void withoutOneTheConnectionIsToldThatItsTimeIsOver() {
        guarded.fillInterested(waiting);

        endPoint.getFillInterest().onFail(idle);

        assertThat(waiting.told).containsExactly("failed");
    }

    @Test
    void aRequestThatIsComputedIsNotIdle() throws IOException {
        watch.begin(new FakeConnection("computing", null, new ArrayList<>()), guarded, "HTTP/1.1");
        guarded.fillInterested(waiting);
        pair.client().write(ByteBuffer.wrap("body".getBytes(StandardCharsets.US_ASCII)));

        endPoint.getFillInterest().onFail(idle);

        assertThat(waiting.told).containsExactly("failed");
    }

    @Test
    void aRequestThatHasBegunSinceItsConnectionWasFoundIdleGoesOnAndIsWatched() throws IOException {
        List<String> told = new ArrayList<>();
        watch.begin(new FakeConnection("computing", null, told), guarded, "HTTP/1.1");
        watch.visit(System.nanoTime() + 1_000_000_000); // waits in the place of the connection

        watch.dequeue();

        endPoint.getFillInterest().onFail(new IdleClose.IdleTimeout(IDLE_MILLIS));

        assertThat(endPoint.isOpen()).isTrue();
        assertThat(watch.isQueued()).isTrue();
        watch.dequeue();
        watch.visit(System.nanoTime() + 1_000_000_000);
        pair.client().close();
        endPoint.getFillInterest().fillable();
        assertThat(watch.signal()).isEqualTo(ClientLoss.Signal.FIN);
    }

    /** T1, the timer, has looked; T2, the selector, reads; T1 then closes. */
    @Test
    void aRequestThatWasReadWhenItWasTooLateIsShownToTheOneThatLingers() throws Exception {
        server.addConnector(connector);
        server.start();
        try {
            use();
            guarded.fillInterested(waiting);
            pair.client().write(ByteBuffer.wrap("GET".getBytes(StandardCharsets.US_ASCII)));
            await().until(watch::readForConnection);
            List<String> shown = new ArrayList<>();

            assertThat(guarded.lingerIdle(bytes -> shown.add(BufferUtil.toString(bytes)))).isTrue();

            assertThat(shown).containsExactly("GET");
        } finally {
            server.stop();
        }
    }

    @Test
    void onlyOneWaitsAtATime() {
        assertThat(guarded.tryFillInterested(waiting)).isTrue();
        assertThat(guarded.tryFillInterested(new Waiting())).isFalse();

        endPoint.getFillInterest().fillable();

        assertThat(waiting.told).containsExactly("fillable");
        assertThat(guarded.tryFillInterested(new Waiting())).isTrue();
    }

    @Test
    void theSelectorIsToldWhetherTheOneThatWaitsBlocks() {
        guarded.fillInterested(Callback.from(Callback.InvocationType.NON_BLOCKING, () -> {}));

        assertThat(endPoint.getFillInterest().getCallbackInvocationType())
                .isEqualTo(Callback.InvocationType.NON_BLOCKING);
    }

    private static final class Waiting implements Callback {
        final List<String> told = new ArrayList<>();

        @Override
        public void succeeded() {
            told.add("fillable");
        }

        @Override
        public void failed(Throwable failure) {
            told.add("failed");
        }
    }
}
