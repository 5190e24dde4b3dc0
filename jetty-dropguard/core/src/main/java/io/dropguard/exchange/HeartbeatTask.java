package io.dropguard.exchange;

import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/** Sends one exchange's heartbeats when they are due. Thread-safe. */
final class HeartbeatTask {
    private final ExchangeTimer timer;
    private final ResponseGate gate;
    private HeartbeatConfig config = HeartbeatConfig.NONE; // guarded by this
    private @Nullable ScheduledFuture<?> next; // guarded by this
    private long dueNanos; // guarded by this
    private int starts; // guarded by this: tells one start's beats from those of the next
    private boolean over; // guarded by this

    HeartbeatTask(ExchangeTimer timer, ResponseGate gate) {
        this.timer = timer;
        this.gate = gate;
    }

    /**
     * Starts, restarts or stops them.
     *
     * @param age how long ago the request arrived, in nanoseconds
     */
    synchronized void set(HeartbeatConfig changed, long age) {
        config = changed;
        starts++;
        if (next != null) next.cancel(false);
        next = null;
        if (over || changed.mode() == HeartbeatMode.NONE) return;
        schedule(Math.max(0, changed.firstDelay().toNanos() - age));
    }

    synchronized void close() {
        over = true;
        if (next != null) next.cancel(false);
        next = null;
    }

    // guarded by this
    private void schedule(long nanos) {
        dueNanos = System.nanoTime() + nanos;
        int start = starts;
        next = timer.after(nanos, () -> beat(start));
    }

    private void beat(int start) {
        HeartbeatConfig current;
        synchronized (this) {
            if (over || start != starts) return;
            current = config;
        }
        long wait = gate.beat(current);
        synchronized (this) {
            if (over || wait < 0 || start != starts) return;
            schedule(Math.max(0, dueNanos + wait - System.nanoTime())); // late ones do not add up
        }
    }
}
