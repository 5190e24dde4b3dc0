package io.dropguard.exchange;

import io.dropguard.cancel.ServerStopping;
import java.io.IOException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.QuietException;

/**
 * The server stops and has given up waiting for this exchange. Quiet: Jetty logs it at DEBUG, and
 * answers 503 if nothing else has answered.
 */
public final class ServerStoppingException extends IOException
        implements HttpException, QuietException {
    private static final long serialVersionUID = 1;

    private final transient ServerStopping stopping;

    ServerStoppingException(ServerStopping stopping) {
        super(stopping.describe());
        this.stopping = stopping;
    }

    @Override
    public int getCode() {
        return HttpStatus.SERVICE_UNAVAILABLE_503;
    }

    @Override
    public String getReason() {
        return stopping.describe();
    }
}
