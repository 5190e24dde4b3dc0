package io.dropguard.samples.scenarios;

import io.dropguard.servlet.ServletGuard;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A page after ten seconds, or an event if the client leaves first; no thread waits. */
final class LatePage extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient PrintStream console;

    LatePage(PrintStream console) {
        this.console = console;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        AsyncContext context = request.startAsync();
        context.setTimeout(0);
        AtomicBoolean over = new AtomicBoolean(); // whoever sets it ends the request
        ServletGuard.token(request)
                .onCancelled(
                        reason -> {
                            if (!over.compareAndSet(false, true)) return;
                            console.println("got event: " + reason.describe());
                            context.complete();
                        });
        CompletableFuture.delayedExecutor(10, TimeUnit.SECONDS)
                .execute(
                        () -> {
                            if (!over.compareAndSet(false, true)) return;
                            answer(response);
                            context.complete();
                        });
    }

    private static void answer(HttpServletResponse response) {
        try {
            response.setContentType("text/html");
            response.getOutputStream().print("<html><body>Hello, world!</body></html>");
        } catch (IOException clientLeft) {
            throw new UncheckedIOException(clientLeft);
        }
    }
}
