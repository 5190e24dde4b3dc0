package io.dropguard.cancel;

/**
 * Where time comes from, so that tests can turn it by hand. Implementations are thread-safe.
 *
 * @see System#nanoTime()
 */
@FunctionalInterface
public interface Ticker {

    /**
     * Nanoseconds since an arbitrary origin; only differences mean something, and they may wrap.
     */
    long nanoTime();

    /** The ticker of this machine. */
    static Ticker system() {
        return System::nanoTime;
    }
}
