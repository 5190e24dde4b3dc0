package io.dropguard.samples.quickstart;

import io.dropguard.exchange.ClientLostException;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An async servlet's work on its own executor, with nothing but the Servlet API to stop it: a
 * guarded server calls {@link #onError}, any other does not.
 */
final class AsyncComputation implements AsyncListener {
    private final AsyncContext context;
    private final Computations.Computation computation;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Future<?> work;

    private AsyncComputation(
            AsyncContext context, long millis, ExecutorService workers, Computations computations) {
        this.context = context;
        context.setTimeout(0);
        context.addListener(this);
        this.computation = computations.start("async");
        this.work = workers.submit(() -> work(millis));
    }

    static void start(
            HttpServletRequest request,
            long millis,
            ExecutorService workers,
            Computations computations) {
        new AsyncComputation(request.startAsync(), millis, workers, computations);
    }

    private void work(long millis) {
        try {
            Thread.sleep(millis);
            if (!over.compareAndSet(false, true)) return;
            computation.completed();
            Json.write(context.getResponse(), Map.of("computed", millis));
            context.complete();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt(); // onError has seen to everything
        } catch (IOException clientLeft) {
            context.complete();
        }
    }

    @Override
    public void onError(AsyncEvent event) {
        Instant called = Instant.now();
        if (!over.compareAndSet(false, true)) return;
        work.cancel(true);
        if (event.getThrowable() instanceof ClientLostException lost)
            computation.stopped(lost.loss(), called);
        context.complete();
    }

    @Override
    public void onTimeout(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}

    @Override
    public void onComplete(AsyncEvent event) {}
}
