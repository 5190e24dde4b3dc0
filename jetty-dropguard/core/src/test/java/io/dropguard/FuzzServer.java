package io.dropguard;

import io.dropguard.connector.HalfClose;
import io.dropguard.exchange.QueueOrder;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** A server of the fuzz test, guarded or bare. Thread-safe once started. */
final class FuzzServer implements AutoCloseable {
    /**
     * @param threads few, so that requests queue, or many
     */
    record Options(
            HalfClose halfClose, int delayMillis, int readAhead, QueueOrder order, int threads) {
        DropGuard guard() {
            return DropGuard.builder()
                    .halfClose(halfClose)
                    .watchDelay(Duration.ofMillis(delayMillis))
                    .readAhead(readAhead)
                    .queueOrder(order)
                    .set("keep-alive-header", "false") // bare Jetty says nothing of that
                    .build();
        }
    }

    private final FuzzApplication application = new FuzzApplication();

    /**
     * Bare Jetty may release the buffer of a request twice that it refuses while parsing; pooled,
     * it would then be given to two connections, and their bytes mixed.
     */
    private final ByteBufferPool pool = new ByteBufferPool.NonPooling();

    private final @Nullable Options options;
    private final @Nullable DropGuard guard;
    private final SslContextFactory.@Nullable Client tls;
    private final Server server;
    private final ServerConnector connector;

    /**
     * @param options of the guard; none if bare
     */
    FuzzServer(boolean secure, @Nullable Options options) throws Exception {
        this.options = options;
        QueuedThreadPool threads = new QueuedThreadPool(options == null ? 200 : options.threads);
        server = new Server(threads, null, pool);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendDateHeader(false);
        http.setSendServerVersion(false);
        HttpConnectionFactory factory = new HttpConnectionFactory(http);
        connector =
                secure
                        ? new ServerConnector(server, keys(), factory)
                        : new ServerConnector(server, factory);
        connector.setHost("localhost");
        connector.setAcceptQueueSize(512);
        server.addConnector(connector);
        server.setHandler(application);
        guard = options == null ? null : options.guard();
        if (guard != null) guard.installOn(server);
        server.start();
        tls = secure ? new SslContextFactory.Client(true) : null;
        if (tls != null) tls.start();
    }

    static SslContextFactory.Server keys() throws IOException {
        SslContextFactory.Server keys = new SslContextFactory.Server();
        keys.setKeyStorePath(FuzzServer.class.getResource("/localhost.p12").toString());
        keys.setKeyStorePassword("dropguard");
        return keys;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket("localhost", connector.getLocalPort());
        socket.setTcpNoDelay(true);
        if (tls == null) return socket;
        try {
            SSLSocket secure =
                    (SSLSocket)
                            tls.getSslContext()
                                    .getSocketFactory()
                                    .createSocket(
                                            socket, "localhost", connector.getLocalPort(), true);
            secure.startHandshake();
            return secure;
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
    }

    boolean isSecure() {
        return tls != null;
    }

    FuzzApplication application() {
        return application;
    }

    /** Whether a client that sends no more may be taken for lost. */
    boolean heedsFin() {
        return options != null && options.halfClose != HalfClose.IGNORE;
    }

    /** Whether nobody is connected and nothing runs. */
    boolean isQuiet() {
        return connector.getConnectedEndPoints().isEmpty()
                && (guard == null || guard.statistics().active() == 0);
    }

    @Override
    public String toString() {
        String state = connector.getConnectedEndPoints().size() + " connected";
        return guard == null
                ? "bare, " + state
                : "guarded " + options + ", " + guard.statistics() + ", " + state;
    }

    @Override
    public void close() throws Exception {
        if (tls != null) tls.stop();
        server.stop();
    }
}
