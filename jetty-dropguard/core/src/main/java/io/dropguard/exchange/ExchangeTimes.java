package io.dropguard.exchange;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.Deadline;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.cancel.Ticker;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.time.Duration;
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

    ResponsePolicy policy() {
        return policy;
    }

    /** In the place of what was applied before. */
    void apply(ResponsePolicy applied, CancellationSource source) {
        ResponsePolicy before = policy;
        policy = applied;
        deadlineStatus = applied.deadlineStatus();
        Duration caller =
                CallerDeadline.of(exchange.request().getHeaders(), applied.deadlineHeaders());
        Duration own = applied.deadline();
        Duration limit =
                caller == null || (own != null && own.compareTo(caller) < 0) ? own : caller;
        if (limit != null)
            // which may be over already: that it permitted the time until now is not true
            set(Deadline.from(exchange.beginNanos(), limit, Ticker.system()), limit, source);
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

    void setDeadline(Deadline moved, CancellationSource source) {
        Duration remaining = moved.isLimited() ? moved.remaining() : Duration.ZERO;
        set(moved, exchange.age().plus(remaining), source);
    }

    private synchronized void set(Deadline moved, Duration limit, CancellationSource source) {
        if (over) return;
        if (deadline == null) deadline = new ExchangeDeadline(timer, this::expire);
        Duration before = permitted; // told when it expires, which it may do at once
        permitted = moved.isLimited() ? limit : Duration.ZERO;
        if (deadline.set(moved)) source.setDeadline(moved);
        else permitted = before;
    }

    /** The deadline has come. */
    void expire() {
        DeadlineExpired reason = new DeadlineExpired(permitted());
        DeadlineExpiredException expired = new DeadlineExpiredException(reason);
        Runnable ending =
                exchange.isLost() ? null : exchange.gate().expire(expired, deadlineStatus);
        if (ending == null) return;
        ending.run(); // first: what an interrupted application does may take its time
        ExchangeRecording.expired(exchange.request(), reason, exchange.age());
        // And behind the answers of all whose time is over now, for those are waited for.
        timer.wake(() -> expired(exchange, expired));
    }

    /**
     * The work is cancelled for it. Called by whoever comes first: T1 who expires it, or T2 who
     * ends it because it has expired.
     */
    static void expired(GuardedExchange exchange, DeadlineExpiredException expired) {
        if (!exchange.cancel(expired.reason(), expired)) return;
        exchange.handler().statistics().deadlineExpired();
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
