package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/**
 * How long one connection may still be used: by its age, its requests, and the life of its
 * connector. Thread-safe.
 */
public final class ConnectionLife {
    private final ConnectorLife connector;
    private final EndPoint endPoint;
    private final KeepAliveConfig config;
    private final long idleMillis;
    private volatile boolean used;
    private final Ticker ticker;
    private final @Nullable HttpField promise;
    private final long endNanos; // if its age is limited
    private final @Nullable AtomicInteger requests; // if they are

    ConnectionLife(ConnectorLife connector, EndPoint endPoint, Ticker ticker) {
        this.connector = connector;
        this.endPoint = endPoint;
        this.idleMillis = connector.config().idleMillis(endPoint.getIdleTimeout());
        if (idleMillis != endPoint.getIdleTimeout()) endPoint.setIdleTimeout(idleMillis);
        this.config = connector.config();
        this.ticker = ticker;
        this.promise = connector.promise(config.promisedSeconds(idleMillis));
        this.requests = config.maxRequests() == 0 ? null : new AtomicInteger();
        this.endNanos = config.maxAge() == null ? 0 : ticker.nanoTime() + jittered(config);
    }

    /**
     * From nine tenths of the age to the whole: connections that were opened together, as after a
     * restart, must not all be opened anew together.
     */
    private static long jittered(KeepAliveConfig config) {
        if (config.maxAge() == null) return 0;
        long nanos = config.maxAge().toNanos();
        return nanos - ThreadLocalRandom.current().nextLong(nanos / 10 + 1);
    }

    /** Tells that a request has come: whether the answer to it is to be the connection's last. */
    public boolean isLastRequest() {
        if (!used) used = true;
        if (connector.isDraining()) endPoint.setIdleTimeout(idleMillis); // not shortened for work
        boolean enough = requests != null && requests.incrementAndGet() >= config.maxRequests();
        return enough
                || (config.maxAge() != null && ticker.nanoTime() - endNanos >= 0)
                || connector.isLeaving();
    }

    /** Whether a request has come. */
    boolean isUsed() {
        return used;
    }

    /** What answers say of how long the client may count on the idle connection, if anything. */
    public @Nullable HttpField promise() {
        return promise;
    }

    /** It waits for a request: not for long, once the connector drains. */
    void idle() {
        long shutdownMillis = connector.shutdownIdleMillis();
        if (connector.isDraining() && shutdownMillis > 0) endPoint.setIdleTimeout(shutdownMillis);
    }
}
