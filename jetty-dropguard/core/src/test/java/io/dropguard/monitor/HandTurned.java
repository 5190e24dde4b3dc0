package io.dropguard.monitor;

import io.dropguard.cancel.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that goes when it is told to. */
final class HandTurned implements Ticker {
    private final AtomicLong nanos = new AtomicLong(1L << 40);

    void turn(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long nanoTime() {
        return nanos.get();
    }
}
