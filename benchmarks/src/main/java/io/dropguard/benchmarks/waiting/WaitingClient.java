package io.dropguard.benchmarks.waiting;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Has many exchanges wait at a {@link WaitingServer} and tells how late their heartbeats come:
 * {@code WaitingClient PORT HTTP1-CONNECTIONS HTTP2-STREAMS SECONDS}. One thread, so what it tells
 * includes how long it takes to read.
 */
public final class WaitingClient {
    private static final int STREAMS_PER_CONNECTION = 100;

    /** 10 s: classes are compiled, and the burst of requests is over. */
    private static final int WARM_UP_SECONDS = 10;

    private final int port;
    private final Selector selector = Selector.open();
    private final Lateness lateness = new Lateness();
    private final List<WaitingConnection> connections = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final HttpClient control =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private WaitingClient(int port) throws IOException {
        this.port = port;
    }

    public static void main(String[] arguments) throws Exception {
        WaitingClient client = new WaitingClient(Integer.parseInt(arguments[0]));
        client.run(
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
        System.exit(0); // twenty thousand sockets close themselves
    }

    private void run(int http1, int http2, int seconds) throws Exception {
        ask("/memory");
        for (int i = 0; i < http1; i++) register(new Http1Connection(connect(), lateness));
        int many = (http2 + STREAMS_PER_CONNECTION - 1) / STREAMS_PER_CONNECTION;
        for (int i = 0; i < many; i++) register(new Http2Connection(connect(), lateness));
        request(http1, http2);
        readFor(WARM_UP_SECONDS);
        lateness.clear();
        long bytes = bytes();
        ask("/reset");
        long cpu = cpuNanos();
        readFor(seconds);
        String seen = lateness.toString();
        long received = bytes() - bytes;
        double ownCores = (cpuNanos() - cpu) / 1e9 / seconds;
        String[] figures = ask("/figures").split(" ", 3);
        int all = http1 + http2;
        System.out.printf(
                Locale.ROOT,
                """
                %d exchanges over HTTP/1.1 and %d over HTTP/2 (%d connections), a beat a second, %d s
                late when the server hands them down: %s
                late when the client has read them:   %s
                server: %.2f cores, %d bytes of memory an exchange (heap and direct)
                client: %.2f cores, %.1f bytes on the wire an exchange and second
                """,
                http1,
                http2,
                many,
                seconds,
                figures[2],
                seen,
                Long.parseLong(figures[0]) / 1e3 / seconds,
                Long.parseLong(figures[1]) / all,
                ownCores,
                received / (double) seconds / all);
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel =
                SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    private void register(WaitingConnection connection) throws IOException {
        connection.channel.configureBlocking(false);
        connection.channel.register(selector, SelectionKey.OP_READ, connection);
        connections.add(connection);
    }

    /** Spread over an interval, as those of strangers are. */
    private void request(int http1, int http2) throws IOException {
        List<WaitingConnection> order = new ArrayList<>(connections.subList(0, http1));
        for (int stream = 0; stream < http2; stream++)
            order.add(connections.get(http1 + stream % (connections.size() - http1)));
        Collections.shuffle(order, new Random(1));
        long begin = System.nanoTime();
        long spread = 5_000_000_000L; // five intervals: a JVM that has just started is slow
        for (int i = 0; i < order.size(); i++) {
            long due = begin + spread * i / order.size();
            while (System.nanoTime() - due < 0) read(1);
            order.get(i).request();
            if (i % 100 == 0) read(0);
        }
    }

    private void readFor(int seconds) throws IOException {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        while (System.nanoTime() - end < 0) read(10);
    }

    private void read(int millis) throws IOException {
        if (millis == 0) selector.selectNow();
        else selector.select(millis);
        for (SelectionKey key : selector.selectedKeys())
            ((WaitingConnection) key.attachment()).read(buffer);
        selector.selectedKeys().clear();
    }

    private long bytes() {
        return connections.stream().mapToLong(connection -> connection.bytes).sum();
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private String ask(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return control.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
    }
}
