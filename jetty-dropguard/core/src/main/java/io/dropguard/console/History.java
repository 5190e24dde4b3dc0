package io.dropguard.console;

import io.dropguard.exchange.GuardStatistics;
import java.time.Duration;

/** What the last minutes were like, a sample a second. Confined to the console's thread. */
final class History {
    /** 300: five minutes, at one a second. */
    static final int LENGTH = 300;

    static final Duration INTERVAL = Duration.ofSeconds(1);

    /**
     * One interval. Immutable.
     *
     * @param lost clients that were lost in it
     * @param ranOnMillis for how long work that ended in it had run on after its client was lost
     * @param connections at its end
     * @param stuck of these
     */
    record Sample(long lost, long ranOnMillis, int connections, int stuck) {
        static final Sample NONE = new Sample(0, 0, 0, 0);
    }

    private final GuardStatistics statistics;
    private final Sample[] samples = new Sample[LENGTH];
    private int taken;
    private long lostBefore;
    private long ranOnBefore;

    History(GuardStatistics statistics) {
        this.statistics = statistics;
        this.lostBefore = lost(statistics);
        this.ranOnBefore = statistics.ranOn().toMillis();
    }

    static long lost(GuardStatistics statistics) {
        return statistics.losses().values().stream().mapToLong(count -> count).sum();
    }

    Sample take(int connections, int stuck) {
        long lost = lost(statistics);
        long ranOn = statistics.ranOn().toMillis();
        Sample sample = new Sample(lost - lostBefore, ranOn - ranOnBefore, connections, stuck);
        lostBefore = lost;
        ranOnBefore = ranOn;
        samples[taken++ % LENGTH] = sample;
        return sample;
    }

    /** How many are known, {@link #LENGTH} at most. */
    int size() {
        return Math.min(taken, LENGTH);
    }

    /**
     * @param index 0 for the oldest
     */
    Sample get(int index) {
        Sample sample = samples[(taken - size() + index) % LENGTH];
        return sample == null ? Sample.NONE : sample;
    }
}
