package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * When the application is stopped, has the guard say so to clients and load balancers, and waits
 * for {@code pre-stop-delay}, before Boot refuses connections: told by the server itself, it would
 * be too late. Thread-safe.
 */
final class LeavingLifecycle implements SmartLifecycle {
    static final String DELAY = "pre-stop-delay";

    private static final Logger LOG = LoggerFactory.getLogger(LeavingLifecycle.class);

    private final DropGuard guard;
    private final Duration delay;
    private volatile boolean running;

    LeavingLifecycle(DropGuard guard, Duration delay) {
        this.guard = guard;
        this.delay = delay;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        guard.draining().leave();
        if (delay.isZero()) return;
        LOG.info("Not ready from now on, and stopping in {} ms", delay.toMillis());
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt(); // and the stop goes on
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Higher phases are stopped first. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 1;
    }
}
