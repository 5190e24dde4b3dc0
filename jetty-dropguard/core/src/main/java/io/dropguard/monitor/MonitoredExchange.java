package io.dropguard.monitor;

import io.dropguard.cancel.StuckConnection;
import org.jspecify.annotations.Nullable;

/** A request that is under way, as the monitor sees it. Implementations are thread-safe. */
public interface MonitoredExchange {
    String method();

    /** As the client sent it, without the query. */
    @Nullable String path();

    /** The thread that handles it now, or null if none does. */
    @Nullable Thread thread();

    /** Its connection is being shut down: cancels the work, without an interrupt. */
    void stuck(StuckConnection reason);

    /**
     * Interrupts the thread that handles it.
     *
     * @return whether there was one to interrupt
     */
    boolean interrupt();
}
