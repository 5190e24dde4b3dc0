package io.dropguard.exchange;

import org.eclipse.jetty.util.Callback;

/** What the application calls when it has answered, or failed. */
final class ExchangeCallback implements Callback {
    private final ResponseGate gate;
    private final InvocationType invocationType;

    ExchangeCallback(ResponseGate gate, InvocationType invocationType) {
        this.gate = gate;
        this.invocationType = invocationType;
    }

    @Override
    public void succeeded() {
        gate.complete(null);
    }

    @Override
    public void failed(Throwable failure) {
        gate.complete(failure);
    }

    @Override
    public InvocationType getInvocationType() {
        return invocationType;
    }
}
