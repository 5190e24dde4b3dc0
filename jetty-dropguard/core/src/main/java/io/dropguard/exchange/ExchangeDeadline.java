package io.dropguard.exchange;

import io.dropguard.cancel.Deadline;
import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/** The instant by which an exchange must have answered; it can be moved. Thread-safe. */
final class ExchangeDeadline {
    private final ExchangeTimer timer;
    private final Runnable onExpired;
    private Deadline deadline = Deadline.never(); // guarded by this
    private @Nullable ScheduledFuture<?> task; // guarded by this
    private boolean over; // guarded by this

    ExchangeDeadline(ExchangeTimer timer, Runnable onExpired) {
        this.timer = timer;
        this.onExpired = onExpired;
    }

    /** Moves it; false if it has expired already, and cannot be moved any more. */
    synchronized boolean set(Deadline moved) {
        if (over) return false;
        deadline = moved;
        if (task != null) task.cancel(false);
        schedule();
        return true;
    }

    // guarded by this
    private void schedule() {
        task =
                deadline.isLimited()
                        ? timer.after(deadline.remaining().toNanos(), this::expire)
                        : null;
    }

    synchronized void close() {
        over = true;
        if (task != null) task.cancel(false);
        task = null;
    }

    private void expire() {
        synchronized (this) {
            if (over) return;
            if (!deadline.isExpired()) { // T1 has moved it while T2, we, were on our way
                schedule();
                return;
            }
            over = true;
        }
        onExpired.run();
    }
}
