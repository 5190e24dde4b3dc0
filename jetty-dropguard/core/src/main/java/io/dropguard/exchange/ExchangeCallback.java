package io.dropguard.exchange;

import org.eclipse.jetty.util.Callback;

/** Ends the exchange when the application has answered, before Jetty hears it. */
final class ExchangeCallback extends Callback.Nested {
    private final GuardedExchange exchange;

    ExchangeCallback(Callback callback, GuardedExchange exchange) {
        super(callback);
        this.exchange = exchange;
    }

    @Override
    public void succeeded() {
        exchange.over();
        super.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        exchange.over();
        super.failed(exchange.quiet(failure));
    }
}
