package io.dropguard;

import io.dropguard.exchange.GuardStatistics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ssl.SSLSocket;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A guarded server with few threads: HTTP/1.1, h2c and TLS. Thread-safe once started. */
final class MixedServer implements AutoCloseable {
    /** 12: acceptors, selectors and some eight that work for five times as many clients. */
    private static final int THREADS = 12;

    /**
     * 10 s, less than the test waits: seen once in 600,000 requests, a connection whose client
     * broke off its body stayed with an error answer that never completed, until it was idle too
     * long.
     */
    private static final long IDLE_MILLIS = 10_000;

    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "mixed-async"));
    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private final Server server = new Server(new QueuedThreadPool(THREADS), null, pool);
    private final DropGuard guard = DropGuard.create();
    private final ServerConnector clear;
    private final ServerConnector secure;
    private final SslContextFactory.Client trust = new SslContextFactory.Client(true);

    MixedServer(MixedLedger ledger) throws Exception {
        HttpConfiguration http = new HttpConfiguration();
        HTTP2CServerConnectionFactory h2c = new HTTP2CServerConnectionFactory(http);
        h2c.setRateControlFactory(new RateControl.Factory() {}); // none: resets are what we want
        clear = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http), h2c);
        secure = new ServerConnector(server, FuzzServer.keys(), new HttpConnectionFactory(http));
        for (ServerConnector connector : new ServerConnector[] {clear, secure}) {
            connector.setHost("localhost");
            connector.setAcceptQueueSize(512);
            connector.setIdleTimeout(IDLE_MILLIS);
            server.addConnector(connector);
        }
        server.setHandler(new MixedApplication(ledger, scheduler));
        guard.installOn(server);
        server.start();
        trust.start();
    }

    GuardStatistics statistics() {
        return guard.statistics();
    }

    int clearPort() {
        return clear.getLocalPort();
    }

    Socket connect(boolean tls) throws IOException {
        ServerConnector connector = tls ? secure : clear;
        Socket socket =
                tls ? trust.getSslContext().getSocketFactory().createSocket() : new Socket();
        try {
            socket.connect(new InetSocketAddress("localhost", connector.getLocalPort()));
            socket.setTcpNoDelay(true);
            return socket;
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    /** TLS over a connection that stays open when TLS has ended. */
    SSLSocket layer(Socket connected) throws IOException {
        return (SSLSocket)
                trust.getSslContext()
                        .getSocketFactory()
                        .createSocket(connected, "localhost", securePort(), false);
    }

    int securePort() {
        return secure.getLocalPort();
    }

    /** Exchanges, connections (each with its watch) and buffers that are still held. */
    List<Object> leftovers() {
        List<Object> left = new ArrayList<>();
        if (guard.statistics().active() != 0) left.add(guard.statistics());
        for (ServerConnector connector : new ServerConnector[] {clear, secure})
            for (EndPoint connected : connector.getConnectedEndPoints()) left.add(connected);
        left.addAll(pool.getLeaks());
        return left;
    }

    @Override
    public void close() throws Exception {
        trust.stop();
        server.stop();
        scheduler.shutdownNow();
    }
}
