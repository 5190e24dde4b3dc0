package io.dropguard.samples.quickstart;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.servlet.ServletGuard;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * {@code GET /compute?mode=M&ms=N}: works for N milliseconds in one of four ways, and stops when
 * the client leaves. The same code runs in a server that is not guarded; there nothing stops it.
 */
final class ComputeServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient Computations computations;
    private final transient ExecutorService workers;

    ComputeServlet(Computations computations, ExecutorService workers) {
        this.computations = computations;
        this.workers = workers;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        long millis = Parameters.millis(request, response);
        if (millis < 0) return;
        String mode = request.getParameter("mode") == null ? "block" : request.getParameter("mode");
        switch (mode) {
            case "block" -> compute(request, response, mode, millis, ComputeServlet::sleep);
            case "cpu" -> compute(request, response, mode, millis, ComputeServlet::spin);
            case "pool" -> compute(request, response, mode, millis, this::delegate);
            case "async" -> AsyncComputation.start(request, millis, workers, computations);
            default ->
                    Json.badRequest(
                            response, "mode: " + mode + " (expected: block, cpu, async or pool)");
        }
    }

    private interface Work {
        void run(long millis, CancellationToken token)
                throws InterruptedException, ExecutionException;
    }

    private void compute(
            HttpServletRequest request,
            HttpServletResponse response,
            String mode,
            long millis,
            Work work)
            throws ServletException, IOException {
        CancellationToken token =
                ServletGuard.isGuarded(request)
                        ? ServletGuard.token(request)
                        : CancellationToken.none();
        Computations.Computation computation = computations.start(mode);
        try {
            work.run(millis, token);
        } catch (InterruptedException | ExecutionException | CancellationException stopped) {
            if (token.reason().orElse(null) instanceof ClientLoss loss) {
                computation.stopped(loss);
                return; // nobody reads what we would answer
            }
            throw new ServletException(stopped);
        }
        computation.completed();
        Json.write(response, Map.of("computed", millis));
    }

    /** Blocks: stops because its thread is interrupted. */
    private static void sleep(long millis, CancellationToken token) throws InterruptedException {
        Thread.sleep(millis);
    }

    /** Computes: stops because it asks. */
    private static void spin(long millis, CancellationToken token) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() - end < 0) {
            token.throwIfCancelled();
            Thread.onSpinWait();
        }
    }

    /** Waits for another thread: both stop. */
    private void delegate(long millis, CancellationToken token)
            throws InterruptedException, ExecutionException {
        Future<?> part =
                workers.submit(
                        token.wrap(
                                () -> {
                                    Thread.sleep(millis);
                                    return null;
                                }));
        part.get();
    }
}
