package io.dropguard.exchange;

import io.dropguard.cancel.StuckConnection;
import org.eclipse.jetty.io.EofException;

/**
 * The connection sat in one state for too long and was shut down, so there is nobody to answer.
 * Quiet, and without a stack of its own: where it was noticed says nothing.
 */
public final class StuckConnectionException extends EofException {
    private final transient StuckConnection reason;

    StuckConnectionException(StuckConnection reason) {
        super(reason.describe());
        this.reason = reason;
    }

    /** In which phase, and after how long. */
    public StuckConnection reason() {
        return reason;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
