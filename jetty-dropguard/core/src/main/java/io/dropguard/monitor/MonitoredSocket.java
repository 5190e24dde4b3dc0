package io.dropguard.monitor;

import io.dropguard.cancel.Ticker;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** The socket of a connection, as the monitor sees it. Implementations are thread-safe. */
public interface MonitoredSocket {

    /** Such as {@code HTTP/1.1}; told before the first request has said so itself. */
    String protocol();

    @Nullable SocketAddress remote();

    @Nullable SocketAddress local();

    boolean isOpen();

    /** Whether bytes that come between requests begin a request of HTTP/1. */
    boolean speaksHttp1();

    /** Whether bytes have reached HTTP, above TLS. */
    boolean hasReceived();

    /**
     * About now, by this ticker: some milliseconds late at most, where that is known without asking
     * the clock.
     */
    default long recentNanos(Ticker ticker) {
        return ticker.nanoTime();
    }

    /** Bytes that the socket has taken of the write that is under way, if one is. */
    long beingWritten();

    /**
     * Shuts the socket down in both directions, so that whoever waits for it is freed. The
     * connection closes it then: closing it here would pull it from under a thread that uses it.
     *
     * @param phase in which the connection is stuck
     */
    void shutdown(ConnectionPhase phase);
}
