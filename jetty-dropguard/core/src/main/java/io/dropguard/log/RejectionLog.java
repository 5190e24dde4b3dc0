package io.dropguard.log;

import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Sees every exchange that Jetty has done with, and tells the log of those that never reached it.
 * The server's own request log goes on as before. Thread-safe.
 */
final class RejectionLog extends ContainerLifeCycle implements RequestLog {
    private final @Nullable RequestLog next;
    private final ExchangeLog log;

    RejectionLog(ExchangeLog log, @Nullable RequestLog next) {
        this.log = log;
        this.next = next;
        if (next != null) addBean(next); // the server has given it up to us
    }

    boolean isOf(ExchangeLog other) {
        return log == other;
    }

    @Override
    public void log(Request request, Response response) {
        try {
            if (next != null) next.log(request, response);
        } finally {
            log.done(request, response);
        }
    }
}
