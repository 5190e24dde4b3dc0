package io.dropguard.samples.webapp;

import io.dropguard.cancel.CancellationToken;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.TimeUnit;

/** One that is being made, line by line. Tells the server's log how it ended. */
final class Report {
    /** 10 lines a second. */
    private static final long MILLIS_PER_LINE = 100;

    private final ServletContext context;
    private final String path;
    private final int seconds;
    private final CancellationToken token;

    Report(HttpServletRequest request, CancellationToken token) {
        this.context = request.getServletContext();
        this.path = request.getServletPath();
        this.seconds = Integer.parseInt(request.getParameter("seconds"));
        this.token = token;
    }

    /** Works for as long as was asked for, and no longer than somebody waits. */
    String make() throws InterruptedException {
        long begin = System.nanoTime();
        int lines = 0;
        try {
            for (; lines < seconds * (1_000 / MILLIS_PER_LINE); lines++) {
                token.throwIfCancelled();
                TimeUnit.MILLISECONDS.sleep(MILLIS_PER_LINE);
            }
        } finally {
            String why = token.reason().map(reason -> ", cancelled: " + reason).orElse("");
            context.log(
                    "%s ended after %d ms and %d lines%s"
                            .formatted(path, (System.nanoTime() - begin) / 1_000_000, lines, why));
        }
        return "{\"lines\":" + lines + "}\n";
    }
}
