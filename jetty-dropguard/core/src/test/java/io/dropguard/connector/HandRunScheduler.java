package io.dropguard.connector;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;

/** Runs its tasks on the test's thread when the test turns the clock. Confined to that thread. */
final class HandRunScheduler extends AbstractLifeCycle implements Scheduler {
    private record Entry(long atNanos, Runnable task) {}

    private final AtomicLong clock;
    private final List<Entry> entries = new ArrayList<>();

    HandRunScheduler(AtomicLong clock) {
        this.clock = clock;
    }

    @Override
    public Task schedule(Runnable task, long delay, TimeUnit unit) {
        Entry entry = new Entry(clock.get() + unit.toNanos(delay), task);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    int pending() {
        return entries.size();
    }

    void clear() {
        entries.clear();
    }

    /** How long until the next task is due. */
    long nextInNanos() {
        return next().atNanos() - clock.get();
    }

    /** Turns the clock, running what falls due on the way at its own time. */
    void advance(long nanos) {
        long until = clock.get() + nanos;
        while (!entries.isEmpty() && next().atNanos() - until <= 0) runNext();
        clock.set(until);
    }

    /** Turns the clock to the next task and runs it. */
    void runNext() {
        Entry next = next();
        entries.remove(next);
        if (next.atNanos() - clock.get() > 0) clock.set(next.atNanos());
        next.task().run();
    }

    private Entry next() {
        long now = clock.get();
        return entries.stream()
                .min(Comparator.comparingLong(entry -> entry.atNanos() - now))
                .orElseThrow();
    }
}
