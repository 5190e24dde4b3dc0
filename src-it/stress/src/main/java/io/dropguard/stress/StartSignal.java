package io.dropguard.stress;

/**
 * Has T2 begin when T1 has come to what they race for, as T1 has more to do before. Without it T2
 * is long past when T1 gets there, and they meet once in a million times. Thread-safe.
 */
public final class StartSignal {
    /** 100: some microseconds. T1 may be off its processor, and T2 need not meet it each time. */
    private static final int LOOKS = 100;

    private volatile boolean given;

    public void give() {
        given = true;
    }

    /** Waits for a moment only. */
    public void await() {
        for (int looks = 0; looks < LOOKS && !given; looks++) Thread.onSpinWait();
    }
}
