package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges that an HTTP/2 connection carries now, watched as one. Thread-safe.
 *
 * <p>Jetty fails the streams of a connection that just ends. One that says GOAWAY and ends, as
 * orderly clients do, it keeps until its complete requests are answered; nobody is there to read
 * them.
 */
final class SharedConnection implements WatchedExchange {
    private final Set<WatchedExchange> exchanges = ConcurrentHashMap.newKeySet();
    private volatile long beginNanos = System.nanoTime();

    void add(WatchedExchange exchange) {
        if (exchanges.isEmpty()) beginNanos = exchange.beginNanos();
        exchanges.add(exchange);
    }

    void remove(WatchedExchange exchange) {
        exchanges.remove(exchange);
    }

    boolean isEmpty() {
        return exchanges.isEmpty();
    }

    @Override
    public void clientLost(Signal signal, @Nullable Throwable failure) {
        for (WatchedExchange exchange : exchanges) exchange.clientLost(signal, failure);
    }

    @Override
    public void serverStopping() {
        for (WatchedExchange exchange : exchanges) exchange.serverStopping();
    }

    /** When the one began that ended the last pause. */
    @Override
    public long beginNanos() {
        return beginNanos;
    }
}
