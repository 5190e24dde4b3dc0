package io.dropguard.connector;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.server.Connector;

/** The connections of one connector that are drained before they are closed. Thread-safe. */
final class Lingering {
    private final Connector connector;
    private final LingerConfig config;
    private final Queue<LingeringClose> oldestFirst = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    Lingering(Connector connector, LingerConfig config) {
        this.connector = connector;
        this.config = config;
    }

    /** Whether connections are drained now: not once the connector is going, or if it is off. */
    boolean isOn() {
        return !config.time().isZero()
                && config.connections() > 0
                && connector.isRunning()
                && !connector.isShutdown();
    }

    /** Drains a connection and then closes it. */
    void begin(AbstractEndPoint endPoint) {
        LingeringClose close =
                new LingeringClose(
                        endPoint,
                        connector.getByteBufferPool(),
                        connector.getScheduler(),
                        config,
                        this::ended);
        oldestFirst.add(close);
        if (count.incrementAndGet() > config.connections()) {
            LingeringClose oldest = oldestFirst.poll(); // each one that is too many ends another
            if (oldest != null) {
                count.decrementAndGet();
                oldest.finish();
            }
        }
        close.begin();
    }

    private void ended(LingeringClose close) {
        if (oldestFirst.remove(close)) count.decrementAndGet();
    }
}
