package io.dropguard.exchange;

import io.dropguard.cancel.ClientLoss;
import java.io.Serial;
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
        if (cause != null) initCause(cause);
        this.loss = loss;
    }

    /** How and when the client left. */
    public ClientLoss loss() {
        return loss;
    }

    @Override
    public String getMessage() {
        return loss.describe(); // when somebody asks: to put it together takes time
    }

    /** Elsewhere nobody can do more with it than read what it says. */
    @Serial
    private Object writeReplace() {
        return new EofException(getMessage(), getCause());
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // thousands may leave in a second, and where we noticed says nothing
    }
}
