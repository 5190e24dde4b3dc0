package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.TrackedConnection;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The idle timeout and the next request meet: each comes first once. */
class IdleCloseTest {
    private final TimeoutException idle = new TimeoutException("idle");

    private final Server server = new Server();
    private final ServerConnector connector =
            new ServerConnector(server, 0, 1, new HttpConnectionFactory());
    private final ByteArrayEndPoint endPoint = new ByteArrayEndPoint();
    private final Waiting waiting = new Waiting();
    private SocketChannel client;
    private SocketChannel accepted;
    private GuardedEndPoint guarded;
    private ClientWatch watch;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client = SocketChannel.open(listening.getLocalAddress());
            accepted = listening.accept();
        }
        accepted.configureBlocking(false);
        WatchTimer timer =
                new WatchTimer(new HandRunScheduler(new AtomicLong()), Ticker.system(), 1_000_000);
        ConnectorGuard guard =
                new ConnectorGuard(
                        ConnectorConfig.DEFAULT, DrainConfig.DEFAULT, MonitorConfig.DEFAULT);
        PendingWrite write = new PendingWrite(endPoint);
        TrackedConnection tracked =
                guard.connections().track(new GuardedSocket(endPoint, accepted, write));
        watch =
                new ClientWatch(
                        endPoint,
                        accepted,
                        Runnable::run,
                        ByteBufferPool.NON_POOLING,
                        timer,
                        tracked,
                        WatchConfig.DEFAULT);
        ConnectorLife life = new ConnectorLife(connector, guard);
        guarded =
                new GuardedEndPoint(
                        endPoint,
                        watch,
                        new Lingering(
                                connector, LingerConfig.DEFAULT, KeepAliveConfig.DEFAULT_MARGIN),
                        life,
                        write,
                        tracked);
        endPoint.setConnection(httpConnection());
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        accepted.close();
    }

    @Test
    void aRequestThatIsHereWhenTheTimeIsOverIsServed() throws IOException {
        guarded.fillInterested(waiting);
        client.write(ByteBuffer.wrap("GET".getBytes(StandardCharsets.US_ASCII)));

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

        assertThat(waiting.told).containsExactly("failed " + idle);
    }

    @Test
    void aRequestThatIsComputedIsNotIdle() throws IOException {
        watch.begin(new FakeConnection("computing", null, new ArrayList<>()), true);
        guarded.fillInterested(waiting);
        client.write(ByteBuffer.wrap("body".getBytes(StandardCharsets.US_ASCII)));

        endPoint.getFillInterest().onFail(idle);

        assertThat(waiting.told).containsExactly("failed " + idle);
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

    /** It only has to be one. */
    private static Connection httpConnection() {
        return (Connection)
                Proxy.newProxyInstance(
                        IdleCloseTest.class.getClassLoader(),
                        new Class<?>[] {Connection.class, ConnectionMetaData.class},
                        (proxy, method, arguments) -> null);
    }

    private static final class Waiting implements Callback {
        final List<String> told = new ArrayList<>();

        @Override
        public void succeeded() {
            told.add("fillable");
        }

        @Override
        public void failed(Throwable failure) {
            told.add("failed " + failure);
        }
    }
}
