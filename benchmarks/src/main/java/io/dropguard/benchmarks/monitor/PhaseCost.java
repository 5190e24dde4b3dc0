package io.dropguard.benchmarks.monitor;

import io.dropguard.cancel.StuckConnection;
import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionRegistry;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.MonitoredExchange;
import io.dropguard.monitor.MonitoredSocket;
import io.dropguard.monitor.TrackedConnection;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What a request costs by telling its connection what it does: head, handling, answer, idle. */
final class PhaseCost {
    private static final int ROUND = 2_000_000;
    private static final int ROUNDS = 5;

    private PhaseCost() {}

    /** The median of some rounds, in time of the CPU: others may want it too. */
    static double nanosPerRequest() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        TrackedConnection connection =
                new ConnectionRegistry(MonitorConfig.DEFAULT).track(new Nowhere());
        MonitoredExchange exchange = new Nothing();
        double[] nanos = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long begin = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < ROUND; i++) {
                connection.filled(100);
                connection.begin(exchange, "HTTP/1.1");
                connection.flushed(200);
                connection.end(exchange);
                connection.awaitsBytes();
            }
            nanos[round] = (threads.getCurrentThreadCpuTime() - begin) / (double) ROUND;
        }
        Arrays.sort(nanos);
        return nanos[ROUNDS / 2];
    }

    /** A socket that there is none of; of a connection that has had requests a moment ago. */
    static final class Nowhere implements MonitoredSocket {
        private final AtomicBoolean queued = new AtomicBoolean(true);
        private volatile long recentNanos = System.nanoTime();

        @Override
        public long recentNanos(Ticker ticker) {
            return queued.get() ? recentNanos : ticker.nanoTime();
        }

        @Override
        public String protocol() {
            return "HTTP/1.1";
        }

        @Override
        public @Nullable SocketAddress remote() {
            return null;
        }

        @Override
        public @Nullable SocketAddress local() {
            return null;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean speaksHttp1() {
            return true;
        }

        @Override
        public boolean hasReceived() {
            return true;
        }

        @Override
        public long beingWritten() {
            return 0;
        }

        @Override
        public void shutdown(ConnectionPhase phase) {}
    }

    private record Nothing() implements MonitoredExchange {
        @Override
        public String method() {
            return "GET";
        }

        @Override
        public @Nullable String path() {
            return null;
        }

        @Override
        public @Nullable Thread thread() {
            return null;
        }

        @Override
        public void stuck(StuckConnection reason) {}

        @Override
        public boolean interrupt() {
            return false;
        }
    }
}
