package io.dropguard.exchange;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.Deadline;
import io.dropguard.cancel.Ticker;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.time.Duration;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * When an exchange beats and when it must end; most do neither, and pay for neither. Thread-safe.
 */
final class ExchangeTimes {
    private final GuardedExchange exchange;
    private final ExchangeTimer timer;
    private @Nullable ExchangeDeadline deadline; // guarded by this
    private @Nullable HeartbeatTask heartbeats; // guarded by this
    private boolean over; // guarded by this
    private volatile HeartbeatConfig heartbeatConfig = HeartbeatConfig.NONE;
    private volatile Duration permitted = Duration.ZERO;
    private volatile ResponsePolicy policy = ResponsePolicy.NONE;
    private volatile int deadlineStatus = ResponsePolicy.NONE.deadlineStatus();

    ExchangeTimes(GuardedExchange exchange, ExchangeTimer timer) {
        this.exchange = exchange;
        this.timer = timer;
    }

    /** From the arrival of the request to the deadline, to the millisecond. */
    Duration permitted() {
        return Duration.ofMillis(permitted.plusNanos(500_000).toMillis());
    }

    HeartbeatConfig heartbeatConfig() {
        return heartbeatConfig;
    }

    int deadlineStatus() {
        return deadlineStatus;
    }

    ResponsePolicy policy() {
        return policy;
    }

    /** In the place of what was applied before. */
    void apply(ResponsePolicy applied, Request request, CancellationSource source) {
        ResponsePolicy before = policy;
        policy = applied;
        deadlineStatus = applied.deadlineStatus();
        Duration caller = CallerDeadline.of(request.getHeaders(), applied.deadlineHeaders());
        Duration own = applied.deadline();
        Duration limit =
                caller == null || (own != null && own.compareTo(caller) < 0) ? own : caller;
        if (limit != null)
            setDeadline(Deadline.from(exchange.beginNanos(), limit, Ticker.system()), source);
        else if (source.token().deadline().isLimited()) setDeadline(Deadline.never(), source);
        if (applied.heartbeat().mode() != HeartbeatMode.NONE
                || before.heartbeat().mode() != HeartbeatMode.NONE)
            setHeartbeat(applied.heartbeat());
    }

    void setHeartbeat(HeartbeatConfig config) {
        HeartbeatTask task;
        synchronized (this) {
            if (over) return;
            if (heartbeats == null) heartbeats = new HeartbeatTask(timer, exchange.gate());
            task = heartbeats;
        }
        heartbeatConfig = config;
        task.set(config, System.nanoTime() - exchange.beginNanos());
    }

    synchronized void setDeadline(Deadline moved, CancellationSource source) {
        if (over) return;
        if (deadline == null) deadline = new ExchangeDeadline(timer, exchange::expire);
        Duration before = permitted; // told when it expires, which it may do at once
        permitted = moved.isLimited() ? exchange.age().plus(moved.remaining()) : Duration.ZERO;
        if (deadline.set(moved)) source.setDeadline(moved);
        else permitted = before;
    }

    void close() {
        HeartbeatTask beating;
        ExchangeDeadline timed;
        synchronized (this) {
            over = true;
            beating = heartbeats;
            timed = deadline;
        }
        if (beating != null) beating.close();
        if (timed != null) timed.close();
    }
}
