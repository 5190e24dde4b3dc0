package io.dropguard.monitor;

/**
 * Hears what becomes of stuck connections, and of those that are shut down by hand. Implementations
 * are thread-safe and do not block; one that throws is logged and stops nothing.
 */
@FunctionalInterface
public interface StuckConnectionListener {
    void report(StuckReport report);
}
