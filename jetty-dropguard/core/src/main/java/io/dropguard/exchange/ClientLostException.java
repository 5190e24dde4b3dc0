package io.dropguard.exchange;

import io.dropguard.cancel.ClientLoss;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/**
 * The client is gone. Quiet: Jetty logs it at DEBUG, since a client's leaving is no error. It
 * carries no stack of its own; its cause, if any, is what the transport reported.
 */
public final class ClientLostException extends EofException {
    private final transient ClientLoss loss;

    public ClientLostException(ClientLoss loss) {
        this(loss, loss.failure());
    }

    ClientLostException(ClientLoss loss, @Nullable Throwable cause) {
        super(loss.describe());
        if (cause != null) initCause(cause);
        this.loss = loss;
    }

    /** How and when the client left. */
    public ClientLoss loss() {
        return loss;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // thousands may leave in a second, and where we noticed says nothing
    }
}
