package io.dropguard.exchange;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The request as the application sees it: it carries the exchange, and knows who wants to hear. */
class GuardedRequest extends Request.Wrapper {
    private final GuardedExchange exchange;

    GuardedRequest(Request request, GuardedExchange exchange) {
        super(request);
        this.exchange = exchange;
    }

    GuardedExchange exchange() {
        return exchange;
    }

    /** Kept here and not in the request's map, which most requests never need to allocate. */
    @Override
    public @Nullable Object getAttribute(String name) {
        return GuardedExchange.ATTRIBUTE.equals(name) ? exchange : super.getAttribute(name);
    }

    @Override
    public Set<String> getAttributeNameSet() {
        Set<String> names = new HashSet<>(super.getAttributeNameSet());
        names.add(GuardedExchange.ATTRIBUTE);
        return names;
    }

    /** So does startAsync(). */
    @Override
    public void addFailureListener(Consumer<Throwable> listener) {
        exchange.handler().listenToDispatches();
        exchange.failures().add(listener);
    }

    @Override
    public void demand(Runnable demandCallback) {
        exchange.handler().listenToDispatches();
        exchange.awaitsBody(); // before: it may have come when this returns
        super.demand(demandCallback);
    }

    /**
     * Some losses show nowhere else. Jetty fails a pending read of a reset stream instead of
     * calling failure listeners, and a TLS client may end its side before the wire does.
     */
    @Override
    public Content.@Nullable Chunk read() {
        Content.Chunk chunk = super.read();
        if (chunk != null) exchange.hasBody();
        if (chunk != null && Content.Chunk.isFailure(chunk, true))
            ExchangeLoss.byRead(exchange, chunk.getFailure());
        return chunk;
    }
}
