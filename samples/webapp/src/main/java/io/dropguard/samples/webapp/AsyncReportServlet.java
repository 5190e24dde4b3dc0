package io.dropguard.samples.webapp;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.servlet.ServletGuard;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** {@code GET /report/async?seconds=N}: has another thread make it. Thread-safe. */
public final class AsyncReportServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient ExecutorService workers = Executors.newCachedThreadPool();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        response.setContentType("application/json");
        CancellationToken token = ServletGuard.token(request);
        Report report = new Report(request, token);
        AsyncContext async = request.startAsync();
        async.setTimeout(0); // the guard's deadline is enough
        async.addListener(new LostListener());
        workers.execute(() -> answer(async, report));
    }

    private void answer(AsyncContext async, Report report) {
        try {
            async.getResponse().getOutputStream().print(report.make());
            async.complete();
        } catch (Exception stopped) {
            log("not answered: " + stopped);
        }
    }

    @Override
    public void destroy() {
        workers.shutdownNow();
    }

    /** Hears that the client has left, as from any servlet container that notices. */
    private static final class LostListener implements AsyncListener {
        @Override
        public void onError(AsyncEvent event) throws IOException {
            event.getSuppliedRequest().getServletContext().log("onError: " + event.getThrowable());
            event.getAsyncContext().complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
