package io.dropguard.exchange;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What is to be done soon, but behind the answers that are due: a few at a time, for each wakes a
 * thread, and a thousand awake at once keep the timer from its answers. In the order in which they
 * came. Thread-safe.
 */
final class PacedTasks {
    /** 4 for each processor: a thread that is stopped keeps one busy for about 100 µs. */
    static final int AT_ONCE = 4 * Runtime.getRuntime().availableProcessors();

    /** 64: of however many, two thirds are done within 64 pauses. */
    static final int PARTS = 64;

    /** 1 ms: answers that fall due meanwhile find the timer's thread free. */
    static final long PAUSE_NANOS = 1_000_000;

    /** Runs tasks on a thread of its own. */
    interface Timer {
        /** False if it runs nothing any more. */
        boolean runAfter(long nanos, Runnable task);
    }

    private final Timer timer;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
    private boolean running; // a round is scheduled, or on its way; guarded by this

    PacedTasks(Timer timer) {
        this.timer = timer;
    }

    void add(Runnable task) {
        synchronized (this) {
            waiting.add(task);
            if (running) return;
            running = true;
        }
        next(0);
    }

    private void next(long nanos) {
        if (timer.runAfter(nanos, this::round)) return;
        boolean more = true; // the server stops: nothing is due any more
        while (more) more = runSome();
    }

    private void round() {
        if (runSome()) next(PAUSE_NANOS);
    }

    /** Whether there may be more. */
    private boolean runSome() {
        int most;
        synchronized (this) {
            most = Math.max(AT_ONCE, waiting.size() / PARTS);
        }
        for (int i = 0; i < most; i++) {
            Runnable task;
            synchronized (this) {
                task = waiting.poll();
                running = task != null;
            }
            if (task == null) return false;
            task.run();
        }
        return true;
    }
}
