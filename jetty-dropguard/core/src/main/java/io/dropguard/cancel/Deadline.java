package io.dropguard.cancel;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The instant by which work must have ended, on the clock of one {@link Ticker}. Immutable.
 *
 * <p>{@link #never()} is a deadline too, so nobody needs a null for "no limit".
 */
public final class Deadline {
    private static final Deadline NEVER = new Deadline(Ticker.system(), 0, false);

    /** 100 years: beyond it nanoseconds no longer fit beside the clock, and nobody waits. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Ticker ticker;
    private final long atNanos;
    private final boolean limited;

    private Deadline(Ticker ticker, long atNanos, boolean limited) {
        this.ticker = ticker;
        this.atNanos = atNanos;
        this.limited = limited;
    }

    /** A deadline that does not expire. */
    public static Deadline never() {
        return NEVER;
    }

    /**
     * The deadline {@code timeout} from now.
     *
     * @throws IllegalArgumentException if the timeout is negative
     */
    public static Deadline after(Duration timeout) {
        return after(timeout, Ticker.system());
    }

    /**
     * The deadline {@code timeout} from now, as {@code ticker} tells it.
     *
     * @throws IllegalArgumentException if the timeout is negative
     */
    public static Deadline after(Duration timeout, Ticker ticker) {
        return from(ticker.nanoTime(), timeout, ticker);
    }

    /**
     * The deadline {@code timeout} after {@code startNanos}, which was read from {@code ticker}.
     *
     * @throws IllegalArgumentException if the timeout is negative
     */
    public static Deadline from(long startNanos, Duration timeout, Ticker ticker) {
        requireNonNull(ticker, "ticker");
        if (timeout.isNegative())
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: >= 0)");
        if (timeout.compareTo(LONGEST) > 0) return NEVER;
        return new Deadline(ticker, startNanos + timeout.toNanos(), true);
    }

    /** Whether this deadline can expire at all. */
    public boolean isLimited() {
        return limited;
    }

    /** Whether the instant has come. */
    public boolean isExpired() {
        return limited && remainingNanos() <= 0;
    }

    /**
     * What is left, never negative; {@code Duration.ofSeconds(Long.MAX_VALUE)} for {@link
     * #never()}.
     */
    public Duration remaining() {
        if (!limited) return Duration.ofSeconds(Long.MAX_VALUE);
        return Duration.ofNanos(Math.max(0, remainingNanos()));
    }

    /**
     * This deadline moved by {@code time}, which may be negative.
     *
     * @throws ArithmeticException if that is centuries away
     */
    public Deadline plus(Duration time) {
        return limited ? new Deadline(ticker, atNanos + time.toNanos(), true) : this;
    }

    /** The earlier of the two. */
    public Deadline earlier(Deadline other) {
        if (!other.limited) return this;
        if (!limited) return other;
        return remainingNanos() <= other.remainingNanos() ? this : other;
    }

    private long remainingNanos() {
        return atNanos - ticker.nanoTime();
    }

    @Override
    public String toString() {
        return limited ? "Deadline[in " + remaining() + "]" : "Deadline[never]";
    }
}
