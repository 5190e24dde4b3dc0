package io.dropguard.connector;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.server.Connector;
import org.jspecify.annotations.Nullable;

/** The connections of one connector that are drained before they are closed. Thread-safe. */
final class Lingering {
    /** 1 s without a byte: a server that stops waits no longer for a client that is silent. */
    private static final Duration IN_A_HURRY = Duration.ofSeconds(1);

    private final Connector connector;
    private final LingerConfig config;
    private final LingerConfig idleConfig;
    private final Queue<LingeringClose> oldestFirst = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    /**
     * @param idleGrace how long an idle connection is listened to
     */
    Lingering(Connector connector, LingerConfig config, Duration idleGrace) {
        this.connector = connector;
        this.config = config;
        this.idleConfig =
                idleGrace.isZero()
                        ? config.withTime(Duration.ZERO)
                        : config.withTime(idleGrace).withTimeout(idleGrace);
    }

    /** Whether connections are drained now: not once the connector is stopped, or if it is off. */
    boolean isOn() {
        return isOn(config);
    }

    /** As {@link #isOn}, for connections that were idle. */
    boolean listensToIdle() {
        return isOn(idleConfig);
    }

    private boolean isOn(LingerConfig wanted) {
        return !wanted.time().isZero() && wanted.connections() > 0 && connector.isRunning();
    }

    /** Drains a connection and then closes it. */
    void begin(AbstractEndPoint endPoint) {
        boolean hurry = connector.isShutdown() && config.timeout().compareTo(IN_A_HURRY) > 0;
        begin(endPoint, hurry ? config.withTimeout(IN_A_HURRY) : config, null);
    }

    /** As {@link #begin}, and tells the first bytes that come. */
    void beginIdle(AbstractEndPoint endPoint, Consumer<ByteBuffer> onFirstBytes) {
        begin(endPoint, idleConfig, onFirstBytes);
    }

    private void begin(
            AbstractEndPoint endPoint,
            LingerConfig limits,
            @Nullable Consumer<ByteBuffer> onFirstBytes) {
        LingeringClose close =
                new LingeringClose(
                        endPoint,
                        connector.getByteBufferPool(),
                        connector.getScheduler(),
                        limits,
                        onFirstBytes,
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
