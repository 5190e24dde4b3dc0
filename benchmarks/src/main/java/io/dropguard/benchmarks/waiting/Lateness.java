package io.dropguard.benchmarks.waiting;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** How late things were: a histogram of tenths of a millisecond up to ten seconds. Thread-safe. */
final class Lateness {
    private static final int BUCKETS = 100_000;
    private static final long NANOS_PER_BUCKET = 100_000;

    private final AtomicIntegerArray counts = new AtomicIntegerArray(BUCKETS);

    void add(long nanos) {
        counts.incrementAndGet((int) Math.min(BUCKETS - 1, Math.max(0, nanos / NANOS_PER_BUCKET)));
    }

    void clear() {
        for (int i = 0; i < BUCKETS; i++) counts.set(i, 0);
    }

    private long total() {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) total += counts.get(i);
        return total;
    }

    /** In milliseconds. */
    private double quantile(double part) {
        long left = (long) Math.ceil(total() * part);
        for (int i = 0; i < BUCKETS; i++) {
            left -= counts.get(i);
            if (left <= 0) return (i + 1) / 10.0;
        }
        return BUCKETS / 10.0;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d beats, p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, worst %.1f ms",
                total(),
                quantile(0.5),
                quantile(0.99),
                quantile(0.999),
                quantile(1));
    }
}
