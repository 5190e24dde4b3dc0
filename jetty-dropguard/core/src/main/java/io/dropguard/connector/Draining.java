package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a server is on its way from starting to being stopped, for those who ask whether it is
 * ready; sees to it that stopping takes its time. Thread-safe.
 */
public final class Draining implements LifeCycle.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Draining.class);

    /** 1 s: what was cancelled has that long to end, then its connection is closed. */
    static final Duration ENDING = Duration.ofSeconds(1);

    /** Where a server stands. */
    public enum Phase {
        /** It is not ready yet. */
        STARTING,
        /** It takes requests. */
        READY,
        /** It takes requests, but wants no more: it says so to load balancers and to clients. */
        LEAVING,
        /** It takes no connections, and finishes what it has begun. */
        DRAINING,
        /** It is gone. */
        STOPPED
    }

    //  STARTING ──▶ READY ──▶ LEAVING ──▶ DRAINING ──▶ STOPPED ──▶ STARTING
    //                 └──────────────────────▲
    private volatile Phase phase = Phase.STARTING;
    private volatile @Nullable Server server;
    private final DrainConfig config;
    private final Ticker ticker;

    public Draining(DrainConfig config) {
        this(config, Ticker.system());
    }

    Draining(DrainConfig config, Ticker ticker) {
        this.config = config;
        this.ticker = ticker;
    }

    public Phase phase() {
        return phase;
    }

    /** Whether load balancers may send requests here. */
    public boolean isReady() {
        return phase == Phase.READY;
    }

    /**
     * From now on it is not ready, and every answer is the last on its connection; it is otherwise
     * served as ever. For those who stop the server themselves, later.
     */
    public synchronized void leave() {
        if (phase == Phase.READY) phase = Phase.LEAVING;
    }

    /** A connector has stopped accepting. */
    synchronized void drain() {
        if (phase == Phase.READY || phase == Phase.LEAVING) phase = Phase.DRAINING;
    }

    /** How long exchanges in flight have, or null for as long as they take. */
    @Nullable Duration timeout() {
        if (config.timeout() != null) return config.timeout();
        Server known = server;
        if (known == null || known.getStopTimeout() <= 0) return null;
        Duration rest = Duration.ofMillis(known.getStopTimeout()).minus(ENDING.multipliedBy(2));
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    // ---- the server's life

    @Override
    public void lifeCycleStarting(LifeCycle starting) {
        phase = Phase.STARTING;
        if (!(starting instanceof Server started)) return;
        server = started;
        Duration timeout = config.timeout();
        if (timeout == null) return;
        long needed = timeout.plus(ENDING.multipliedBy(2)).toMillis();
        if (started.getStopTimeout() < needed) started.setStopTimeout(needed);
    }

    @Override
    public void lifeCycleStarted(LifeCycle started) {
        phase = Phase.READY;
    }

    @Override
    public void lifeCycleStopping(LifeCycle stopping) {
        if (phase == Phase.STOPPED) return; // it failed to, and is stopped once more
        leave();
        Duration delay = config.preStopDelay();
        if (delay.isZero()) return;
        LOG.info("Not ready from now on, and stopping in {} ms", delay.toMillis());
        long end = ticker.nanoTime() + delay.toNanos();
        // an interrupt ends the delay, and stays for whoever stops the server
        for (long left; (left = end - ticker.nanoTime()) > 0; ) {
            if (Thread.currentThread().isInterrupted()) return;
            LockSupport.parkNanos(this, left);
        }
    }

    @Override
    public void lifeCycleStopped(LifeCycle stopped) {
        phase = Phase.STOPPED;
    }

    @Override
    public void lifeCycleFailure(LifeCycle failed, Throwable cause) {
        phase = Phase.STOPPED;
    }

    @Override
    public String toString() {
        return "Draining[" + phase + "]";
    }
}
