package io.dropguard.exchange;

import org.eclipse.jetty.util.Callback;

/** Ends the exchange after the document that tells of a failure after heartbeats. */
record LastWords(GuardedExchange exchange, Callback callback) implements Callback {
    @Override
    public void succeeded() {
        exchange.over();
        callback.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        ExchangeLoss.byWrite(exchange, failure, true);
        exchange.over();
        callback.failed(failure);
    }
}
