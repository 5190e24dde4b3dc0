package io.dropguard.connector;

import java.nio.channels.SelectableChannel;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.SelectorManager;
import org.jspecify.annotations.Nullable;

/**
 * The channels of one connector, from being accepted to being closed. Jetty, which waits for its
 * connections when it shuts down, does not know those yet that were accepted and not opened: their
 * requests would be lost. Thread-safe.
 */
final class AcceptedChannels implements SelectorManager.AcceptListener {
    private final Set<SelectableChannel> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CompletableFuture<Void> emptied;

    @Override
    public void onAccepting(SelectableChannel channel) {
        open.add(channel);
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable failure) {
        closed(channel);
    }

    /** Idempotent. */
    void closed(Object channel) {
        open.remove(channel);
        // T1, we, remove, then look whether somebody waits. T2 says that it waits, then looks.
        CompletableFuture<Void> waiting = emptied;
        if (waiting != null && open.isEmpty()) waiting.complete(null);
    }

    /** Ends once none is left; to be asked when no more are accepted. */
    CompletableFuture<Void> emptied() {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        emptied = waiting;
        if (open.isEmpty()) waiting.complete(null);
        return waiting;
    }
}
