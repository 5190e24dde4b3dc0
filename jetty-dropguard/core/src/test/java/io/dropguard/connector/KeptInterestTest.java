package io.dropguard.connector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.ConnectionRegistry;
import io.dropguard.monitor.MonitorConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the selector and the connection do in turn, each order of it by hand. */
class KeptInterestTest {
    private final Scripted endPoint = new Scripted();
    private final ServerConnector connector =
            new ServerConnector(new Server(), new HttpConnectionFactory());
    private Selector selector;
    private SelectionKey key;
    private SocketPair pair;
    private ClientWatch watch;
    private KeptInterest interest;

    @BeforeEach
    void connect() throws IOException {
        selector = Selector.open();
        pair = SocketPair.connect();
        key = pair.accepted().register(selector, SelectionKey.OP_READ, endPoint);
        PendingWrite write = new PendingWrite(endPoint);
        watch =
                new ClientWatch(
                        endPoint,
                        pair.accepted(),
                        Runnable::run,
                        ByteBufferPool.NON_POOLING,
                        new WatchTimer(
                                new HandRunScheduler(new AtomicLong()), Ticker.system(), 1_000_000),
                        new HangUps(Duration.ZERO),
                        new ConnectionRegistry(MonitorConfig.DEFAULT)
                                .track(new GuardedSocket(endPoint, pair.accepted(), write)),
                        write,
                        WatchConfig.DEFAULT);
        endPoint.setConnection(FakeConnection.ofHttp1());
        interest = Objects.requireNonNull(KeptInterest.of(endPoint, watch, connector));
        interest.standAt(key);
    }

    @AfterEach
    void close() throws Exception {
        connector.stop();
        pair.close();
        selector.close();
    }

    /** T1 has closed the socket, and T2, the selector, finds so before T1 has said why. */
    @Test
    void aSelectorThatMeetsAClosedSocketLeavesItToWhoeverHasClosedItToTellTheConnection()
            throws Exception {
        connector.start();
        List<String> closed = new ArrayList<>();
        endPoint.setConnection(FakeConnection.ofHttp1(() -> closed.add("connection")));

        interest.close();

        assertThat(closed).isEmpty();
        assertThat(endPoint.isOpen()).isFalse();
    }

    @Test
    void aSelectorThatStopsClosesTheConnectionAndThenWhatIsLeft() {
        List<String> closed = new ArrayList<>();
        endPoint.setConnection(FakeConnection.ofHttp1(() -> closed.add("connection")));

        interest.close();
        assertThat(closed).containsExactly("connection");
        assertThat(endPoint.isOpen()).isTrue();
        interest.close();

        assertThat(closed).containsExactly("connection");
        assertThat(endPoint.isOpen()).isFalse();
    }

    @Test
    void theNextRequestIsReadAtOnceAndTheKernelIsNotAskedToForgetTheInterest() throws Exception {
        endPoint.fillInterested(endPoint.reader);
        comes("GET");

        Runnable task = interest.onSelected();
        interest.updateKey();

        assertThat(endPoint.updates).isZero();
        assertThat(pair.accepted().read(ByteBuffer.allocate(10))).as("left in the kernel").isZero();
        assertThat(endPoint.told).as("before its thread runs").isEmpty();
        Objects.requireNonNull(task).run();
        assertThat(endPoint.told).containsExactly("fillable");
        assertThat(read()).isEqualTo("GET");
    }

    @Test
    void whatComesBeforeTheConnectionHasItsTurnIsNotToldTwice() throws Exception {
        endPoint.fillInterested(endPoint.reader);
        comes("GET");
        Runnable first = interest.onSelected();
        interest.updateKey();

        comes(" / HTTP/1.1");
        Runnable second = interest.onSelected();
        interest.updateKey();

        assertThat(second).isNull();
        assertThat(endPoint.updates).as("or the selector would spin").isEqualTo(1);
        Objects.requireNonNull(first).run();
        assertThat(endPoint.told).containsExactly("fillable");
        assertThat(read() + read()).isEqualTo("GET / HTTP/1.1");
    }

    @Test
    void whatComesWhenTheConnectionHasHadItsTurnIsTold() throws Exception {
        endPoint.fillInterested(endPoint.reader);
        comes("GET");
        Objects.requireNonNull(interest.onSelected()).run();
        interest.updateKey();
        read();
        endPoint.fillInterested(endPoint.reader);

        comes("PUT");
        Objects.requireNonNull(interest.onSelected()).run();

        assertThat(endPoint.told).containsExactly("fillable", "fillable");
        assertThat(read()).isEqualTo("PUT");
    }

    @Test
    void whatNobodyWaitsForIsLeftWhereItIsAndTheInterestIsTakenAway() throws Exception {
        comes("GET");

        assertThat(interest.onSelected()).isNull();
        interest.updateKey();

        assertThat(endPoint.updates).isEqualTo(1);
        assertThat(pair.accepted().read(ByteBuffer.allocate(10))).isEqualTo(3);
    }

    /** T1, the connection, comes to wait when T2, the selector, has seen that it does not. */
    @Test
    void whoeverComesToWaitMeanwhileIsTold() throws Exception {
        endPoint.atSelected = () -> endPoint.fillInterested(endPoint.reader);
        comes("GET");

        Objects.requireNonNull(interest.onSelected()).run();
        interest.updateKey();

        assertThat(endPoint.told).containsExactly("fillable");
        assertThat(endPoint.updates).isEqualTo(1);
        assertThat(read()).isEqualTo("GET");
    }

    @Test
    void aClientThatSendsWhileItIsAnsweredIsReadAsJettyDoesForAWhile() throws Exception {
        comes("GET");
        interest.onSelected();
        interest.updateKey();
        endPoint.fillInterested(endPoint.reader);

        for (int i = 0; i < 32; i++) {
            interest.onSelected();
            interest.updateKey();
        }
        assertThat(endPoint.updates).isEqualTo(33);

        interest.onSelected();
        interest.updateKey();
        assertThat(endPoint.updates).as("again without the kernel").isEqualTo(33);
    }

    /** The watch's own interest: what it reads is not for the connection yet. */
    @Test
    void whileARequestIsComputedTheWatchIsToldAsItAlwaysWas() throws Exception {
        FakeConnection computing = new FakeConnection("computing", null, new ArrayList<>());
        watch.begin(computing, endPoint, "HTTP/1.1");
        watch.input().listen();
        pair.client().close();
        select();

        Objects.requireNonNull(interest.onSelected()).run();
        interest.updateKey();

        assertThat(watch.signal()).isNotNull();
        assertThat(endPoint.updates).isEqualTo(1);
    }

    @Test
    void aWriteThatHasToWaitHasTheSelectorLookAtTheInterests() {
        interest.awaitsWrite();

        assertThat(endPoint.updates).isEqualTo(1);
    }

    @Test
    void bytesThatAConnectionHasGivenUpAreShownToTheOneThatLingers() throws Exception {
        endPoint.fillInterested(endPoint.reader);
        comes("GET");
        interest.onSelected();
        List<String> shown = new ArrayList<>();

        assertThat(watch.input().tellUnread(bytes -> shown.add(BufferUtil.toString(bytes))))
                .isTrue();

        assertThat(shown).containsExactly("GET");
        read();
        assertThat(watch.input().tellUnread(bytes -> shown.add("more"))).isFalse();
    }

    private void comes(String bytes) throws IOException {
        pair.client().write(ByteBuffer.wrap(bytes.getBytes(US_ASCII)));
        select();
    }

    private void select() throws IOException {
        selector.selectedKeys().clear();
        assertThat(selector.select(20_000)).isEqualTo(1);
    }

    private String read() throws IOException {
        ByteBuffer into = ByteBuffer.allocate(100).flip();
        watch.fill(into);
        return BufferUtil.toString(into);
    }

    /** An endpoint whose key is never touched: the test does what it would have. */
    private static final class Scripted extends ByteArrayEndPoint
            implements ManagedSelector.Selectable {
        final List<String> told = new ArrayList<>();
        final Callback reader =
                Callback.from(() -> told.add("fillable"), failed -> told.add(failed.toString()));
        int updates;
        Runnable atSelected = () -> {};

        @Override
        public @Nullable Runnable onSelected() {
            atSelected.run();
            return () -> getFillInterest().fillable();
        }

        @Override
        public void updateKey() {
            updates++;
        }

        @Override
        public void replaceKey(SelectionKey newKey) {
            throw new UnsupportedOperationException("this selector does not fail");
        }
    }
}
