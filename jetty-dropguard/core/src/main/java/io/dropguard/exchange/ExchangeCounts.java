package io.dropguard.exchange;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many exchanges have begun, and how many have ended. Thread-safe.
 *
 * <p>Every request counts twice here, so threads keep off each other: each has two counters of its
 * own, beside each other, as nearly as that goes. A {@code LongAdder} spreads threads over as many
 * cells as there are processors, and two of them over twice as many cache lines.
 */
final class ExchangeCounts {
    /** 64: a pool's threads have numbers that follow each other, and few run at a time. */
    private static final int STRIPES = 64;

    /** 16 longs: two cache lines, for processors fetch them in pairs. */
    private static final int STRIPE = 16;

    private static final int BEGUN = 0;
    private static final int ENDED = 1;

    private final AtomicLongArray counts = new AtomicLongArray(STRIPES * STRIPE);

    void begin() {
        counts.getAndIncrement(own() + BEGUN);
    }

    void end() {
        counts.getAndIncrement(own() + ENDED);
    }

    long begun() {
        return sum(BEGUN);
    }

    long ended() {
        return sum(ENDED);
    }

    private static int own() {
        return (int) (Thread.currentThread().getId() & (STRIPES - 1)) * STRIPE;
    }

    private long sum(int which) {
        long sum = 0;
        for (int i = which; i < counts.length(); i += STRIPE) sum += counts.get(i);
        return sum;
    }
}
