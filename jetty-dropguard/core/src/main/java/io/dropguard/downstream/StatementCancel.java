package io.dropguard.downstream;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Cancels one statement until its call has returned. Thread-safe.
 *
 * <p>Drivers forget a cancel that comes before the execution has begun, so it is repeated; and some
 * cancel whatever their connection runs, so none may be under way when the call has returned.
 */
final class StatementCancel implements AutoCloseable {
    private static final Logger LOG = System.getLogger(StatementCancel.class.getName());

    /** 10 ms: an execution begins within it. */
    private static final long FIRST_REPEAT_MILLIS = 10;

    /** 1 s: who has not heard by then may be asked less often; it may cost a connection. */
    private static final long LONGEST_REPEAT_MILLIS = 1000;

    private final Statement statement;
    private boolean closed; // guarded by this

    StatementCancel(Statement statement) {
        this.statement = statement;
    }

    void begin() {
        cancel(FIRST_REPEAT_MILLIS);
    }

    private void cancel(long repeatMillis) {
        synchronized (this) {
            if (closed) return;
            try {
                statement.cancel();
            } catch (SQLException refused) {
                LOG.log(Level.WARNING, "A statement cannot be cancelled, it runs on", refused);
                return;
            }
        }
        CompletableFuture.delayedExecutor(repeatMillis, TimeUnit.MILLISECONDS)
                .execute(() -> cancel(Math.min(LONGEST_REPEAT_MILLIS, repeatMillis * 2)));
    }

    /** Waits for a cancel that is under way. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
