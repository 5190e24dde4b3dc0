package io.dropguard.exchange;

import io.dropguard.cancel.DeadlineExpired;
import java.io.IOException;
import org.eclipse.jetty.io.QuietException;

/**
 * The response was not finished in time: the client has its answer, or a broken one, and can be
 * sent nothing more. Quiet: Jetty logs it at DEBUG. It carries no stack of its own.
 */
public final class DeadlineExpiredException extends IOException implements QuietException {
    private static final long serialVersionUID = 1;

    private final transient DeadlineExpired reason;

    public DeadlineExpiredException(DeadlineExpired reason) {
        super(reason.describe());
        this.reason = reason;
    }

    /** The time that was permitted. */
    public DeadlineExpired reason() {
        return reason;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // the timer's says nothing, and thousands may wait for it while it is taken
    }
}
