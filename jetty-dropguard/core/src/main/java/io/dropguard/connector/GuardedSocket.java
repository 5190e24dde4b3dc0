package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.MonitoredSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritePendingException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket beneath a connection, for its monitor. Thread-safe. */
final class GuardedSocket implements MonitoredSocket {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedSocket.class);

    private static final byte[] REQUEST_TIMEOUT =
            """
            HTTP/1.1 408 Request Timeout\r
            Connection: close\r
            Content-Length: 0\r
            \r
            """
                    .getBytes(StandardCharsets.US_ASCII);

    private final AbstractEndPoint endPoint;
    private final SocketChannel channel;
    private final PendingWrite pendingWrite;
    private volatile @Nullable ClientWatch watch; // before anything is read

    GuardedSocket(AbstractEndPoint endPoint, SocketChannel channel, PendingWrite pendingWrite) {
        this.endPoint = endPoint;
        this.channel = channel;
        this.pendingWrite = pendingWrite;
    }

    void tell(ClientWatch value) {
        watch = value;
    }

    @Override
    public String protocol() {
        return application() instanceof ConnectionMetaData http ? http.getProtocol() : "TCP";
    }

    @Override
    public @Nullable SocketAddress remote() {
        return endPoint.getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress local() {
        return endPoint.getLocalSocketAddress();
    }

    @Override
    public boolean isOpen() {
        return endPoint.isOpen();
    }

    @Override
    public boolean speaksHttp1() {
        return application() instanceof ConnectionMetaData http
                && http.getHttpVersion().getVersion() <= HttpVersion.HTTP_1_1.getVersion();
    }

    @Override
    public boolean hasReceived() {
        Connection http = application();
        return http != null && http.getBytesIn() > 0;
    }

    @Override
    public long recentNanos(Ticker ticker) {
        ClientWatch known = watch;
        return known == null ? ticker.nanoTime() : known.recentNanos(ticker);
    }

    @Override
    public long beingWritten() {
        return pendingWrite.written();
    }

    @Override
    public void shutdown(ConnectionPhase phase) {
        if (phase == ConnectionPhase.READING_HEADERS) sayFarewell();
        try {
            // What a client that does not read has not read would keep the kernel sending for
            // minutes after the close.
            if (phase == ConnectionPhase.WRITING)
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.shutdownOutput(); // first: the end of the input is probed as a client's FIN
            channel.shutdownInput();
        } catch (IOException | UnsupportedOperationException closed) {
            LOG.debug("closed already, or by its other end: {}", endPoint, closed);
        }
    }

    /** Tells the client, as nothing of its answer was sent and nobody else will send one. */
    private void sayFarewell() {
        Connection http = application();
        if (http == null) return;
        pendingWrite.farewell();
        try {
            // The socket has room for so little: it is written when this returns.
            http.getEndPoint().write(Callback.NOOP, ByteBuffer.wrap(REQUEST_TIMEOUT));
        } catch (WritePendingException answered) {
            LOG.debug("answered already: {}", endPoint, answered);
        }
    }

    /** The connection that takes the socket's bytes in the end, above TLS. */
    private @Nullable Connection application() {
        Connection connection = endPoint.getConnection();
        return connection instanceof SslConnection ssl
                ? ssl.getSslEndPoint().getConnection()
                : connection;
    }
}
