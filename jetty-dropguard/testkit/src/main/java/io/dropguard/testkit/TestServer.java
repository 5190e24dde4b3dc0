package io.dropguard.testkit;

import java.net.URL;
import java.util.function.Consumer;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;

/** A server with one connector on a free port of the loopback interface. Thread-safe. */
public final class TestServer implements AutoCloseable {
    private final Protocol protocol;
    private final Server server;
    private final ServerConnector connector;
    private final ArrayByteBufferPool.Tracking buffers;

    private TestServer(Builder builder) throws Exception {
        protocol = builder.protocol;
        buffers = new ArrayByteBufferPool.Tracking();
        server = new Server(builder.threads, null, buffers);
        connector = newConnector();
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(builder.idleMillis);
        builder.connectorSettings.accept(connector);
        server.addConnector(connector);
        server.setHandler(builder.handler);
        builder.guard.accept(server);
        server.start();
    }

    public static Builder speaking(Protocol protocol) {
        return new Builder(protocol);
    }

    public Protocol protocol() {
        return protocol;
    }

    public Server server() {
        return server;
    }

    public ServerConnector connector() {
        return connector;
    }

    public int port() {
        return connector.getLocalPort();
    }

    /** The buffers of the server, which knows those that were not given back. */
    public ArrayByteBufferPool.Tracking buffers() {
        return buffers;
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }

    private ServerConnector newConnector() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendDateHeader(false); // so that the answers of two servers can be compared
        if (!protocol.isSecure())
            return new ServerConnector(
                    server,
                    1,
                    1,
                    new HttpConnectionFactory(http),
                    new HTTP2CServerConnectionFactory(http));
        // The certificate says localhost, which Jetty takes for no valid SNI name.
        http.addCustomizer(new SecureRequestCustomizer(false));
        HttpConnectionFactory http1 = new HttpConnectionFactory(http);
        if (!protocol.isMultiplexed())
            return new ServerConnector(
                    server, 1, 1, new SslConnectionFactory(keys(), http1.getProtocol()), http1);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        return new ServerConnector(
                server,
                1,
                1,
                new SslConnectionFactory(keys(), alpn.getProtocol()),
                alpn,
                new HTTP2ServerConnectionFactory(http),
                http1);
    }

    private SslContextFactory.Server keys() {
        URL store = TestServer.class.getResource("/localhost.p12");
        if (store == null) throw new IllegalStateException("no /localhost.p12 in the testkit");
        SslContextFactory.Server keys = new SslContextFactory.Server();
        // not the server's factory: what that has opened is closed when the server stops for a
        // while
        keys.setKeyStoreResource(ResourceFactory.root().newResource(store));
        keys.setKeyStorePassword("dropguard");
        return keys;
    }

    /** Collects what a server is made of. Not thread-safe. */
    public static final class Builder {
        private final Protocol protocol;
        private Handler handler = new Handler.Wrapper();
        private Consumer<Server> guard = server -> {};
        private Consumer<ServerConnector> connectorSettings = connector -> {};
        private ThreadPool threads = new QueuedThreadPool();

        /** 30 s: Jetty's default. */
        private long idleMillis = 30_000;

        private Builder(Protocol protocol) {
            this.protocol = protocol;
        }

        public Builder handledBy(Handler value) {
            handler = value;
            return this;
        }

        /** What is done to the server before it starts. */
        public Builder guardedBy(Consumer<Server> value) {
            guard = value;
            return this;
        }

        public Builder connector(Consumer<ServerConnector> settings) {
            connectorSettings = settings;
            return this;
        }

        public Builder threads(ThreadPool value) {
            threads = value;
            return this;
        }

        public Builder idleMillis(long value) {
            idleMillis = value;
            return this;
        }

        public TestServer start() throws Exception {
            return new TestServer(this);
        }
    }
}
