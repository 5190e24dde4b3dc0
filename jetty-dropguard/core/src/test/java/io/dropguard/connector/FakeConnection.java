package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.StuckConnection;
import io.dropguard.monitor.ConnectionRegistry;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.MonitoredExchange;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a network, and the exchange on it, which notes when the timer looks at it.
 */
final class FakeConnection implements WatchedExchange, MonitoredExchange {
    final ByteArrayEndPoint endPoint;
    final ClientWatch watch;
    final List<Signal> lost = new ArrayList<>();
    private final String name;
    private final List<String> visits;
    private long beginNanos;
    private @Nullable Runnable atVisit;

    FakeConnection(String name, WatchTimer timer, List<String> visits) throws IOException {
        this(name, timer, visits, new ByteArrayEndPoint());
    }

    FakeConnection(String name, WatchTimer timer, List<String> visits, ByteArrayEndPoint endPoint)
            throws IOException {
        this.name = name;
        this.endPoint = endPoint;
        this.visits = visits;
        SocketChannel unconnected = SocketChannel.open();
        unconnected.close(); // nothing here reads it
        PendingWrite write = new PendingWrite(endPoint);
        watch =
                new ClientWatch(
                        endPoint,
                        unconnected,
                        Runnable::run,
                        ByteBufferPool.NON_POOLING,
                        timer,
                        new HangUps(Duration.ZERO),
                        new ConnectionRegistry(MonitorConfig.DEFAULT)
                                .track(new GuardedSocket(endPoint, unconnected, write)),
                        write,
                        WatchConfig.DEFAULT);
    }

    /** It only has to be one, of this version. */
    static Connection ofHttp1() {
        return ofHttp1(() -> {});
    }

    static Connection ofHttp1(Runnable onClose) {
        return (Connection)
                Proxy.newProxyInstance(
                        FakeConnection.class.getClassLoader(),
                        new Class<?>[] {Connection.class, ConnectionMetaData.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("close")) onClose.run();
                            if (method.getReturnType() == HttpVersion.class)
                                return HttpVersion.HTTP_1_1;
                            return method.getReturnType() == long.class ? 0L : null;
                        });
    }

    /** The connection computes a request that began at {@code nanos}. */
    void begin(long nanos) {
        beginNanos = nanos;
        watch.begin(this, endPoint, "HTTP/1.1");
    }

    void end() {
        watch.end(this);
    }

    /** Has {@code action} run whenever the timer visits. */
    void atVisit(@Nullable Runnable action) {
        atVisit = action;
    }

    boolean isWatched() {
        return endPoint.getFillInterest().isInterested();
    }

    @Override
    public long beginNanos() {
        visits.add(name);
        if (atVisit != null) atVisit.run();
        return beginNanos;
    }

    @Override
    public void serverStopping() {
        throw new UnsupportedOperationException("not while it is watched");
    }

    @Override
    public void clientLost(Signal signal, @Nullable Throwable failure) {
        lost.add(signal);
    }

    @Override
    public String method() {
        return "GET";
    }

    @Override
    public String path() {
        return "/" + name;
    }

    @Override
    public @Nullable Thread thread() {
        return null;
    }

    @Override
    public void stuck(StuckConnection reason) {
        throw new UnsupportedOperationException("nothing is stuck here");
    }

    @Override
    public boolean interrupt() {
        return false;
    }
}
