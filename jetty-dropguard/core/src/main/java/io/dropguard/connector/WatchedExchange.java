package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import org.jspecify.annotations.Nullable;

/**
 * The request that a connection computes now, as its watch sees it. Implementations are
 * thread-safe.
 */
public interface WatchedExchange {

    /**
     * The client is gone. Called without locks, often by a selector thread, so it must not block;
     * it may be called more than once, and after the exchange has ended.
     */
    void clientLost(Signal signal, @Nullable Throwable failure);

    /** The server does not wait for it any longer. As {@link #clientLost}. */
    void serverStopping();

    /** When the request began, as {@link System#nanoTime()} had it. */
    long beginNanos();
}
