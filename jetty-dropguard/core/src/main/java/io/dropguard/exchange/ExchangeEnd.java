package io.dropguard.exchange;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether an exchange is over. Jetty gives its channel to the next exchange then, so whoever
 * reaches for the channel on behalf of this one holds up its end meanwhile. Thread-safe.
 *
 * <p>T1 reaches for the channel, T2 ends the exchange: if T1 is first, T2 waits for it; if T2 is
 * first, T1 gets nothing.
 */
class ExchangeEnd {
    //  OPEN ──reach()──▶ HELD ──▶ OPEN        OPEN ──end()──▶ OVER, without a lock, as most do
    private static final int OPEN = 0;
    private static final int HELD = 1;
    private static final int OVER = 2;

    private static final AtomicIntegerFieldUpdater<ExchangeEnd> STATE =
            AtomicIntegerFieldUpdater.newUpdater(ExchangeEnd.class, "state");

    private volatile int state; // HELD only by the thread that has this locked

    boolean isOver() {
        return state == OVER;
    }

    /** Ends it; false if it has ended already. */
    boolean end() {
        if (STATE.compareAndSet(this, OPEN, OVER)) return true;
        synchronized (this) { // waits for the one that holds it, unless that is we
            return STATE.getAndSet(this, OVER) != OVER;
        }
    }

    /**
     * Takes something from the channel.
     *
     * @param take runs no code of applications: others may wait for it
     * @return what it returns, or null if the exchange is over
     */
    <T> @Nullable T reach(Supplier<@Nullable T> take) {
        synchronized (this) {
            if (!STATE.compareAndSet(this, OPEN, HELD)) return null;
            try {
                return take.get();
            } finally {
                STATE.compareAndSet(this, HELD, OPEN);
            }
        }
    }
}
