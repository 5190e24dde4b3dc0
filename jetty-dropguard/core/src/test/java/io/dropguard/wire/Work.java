package io.dropguard.wire;

import io.dropguard.cancel.ClientLoss;
import io.dropguard.exchange.GuardedExchange;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Blocking work: {@code /job} begins, waits until it is released or interrupted, and answers {@code
 * done}; anything else is answered {@code hello} at once.
 */
final class Work extends Handler.Abstract {
    /** 20 s: a test that waits longer has failed. */
    static final int PATIENCE_SECONDS = 20;

    /** One run of the work. */
    static final class Run {
        final GuardedExchange exchange;
        final Request request;
        final CountDownLatch ended = new CountDownLatch(1);
        volatile boolean interrupted;
        volatile boolean bornInterrupted;

        private Run(GuardedExchange exchange, Request request) {
            this.exchange = exchange;
            this.request = request;
        }

        /** Waits until the run has ended because its client was lost. */
        ClientLoss awaitLoss() throws InterruptedException {
            awaitEnd();
            return exchange.loss()
                    .orElseThrow(() -> new AssertionError("ended, and no loss is known"));
        }

        void awaitEnd() throws InterruptedException {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                throw new AssertionError("still running: " + exchange);
        }
    }

    final CountDownLatch release = new CountDownLatch(1);
    private final BlockingQueue<Run> runs = new LinkedBlockingQueue<>();

    /** Waits for the next run to begin. */
    Run awaitRun() throws InterruptedException {
        Run run = runs.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (run == null) throw new AssertionError("nothing has begun");
        return run;
    }

    /** Whether there is a run that was not awaited. */
    boolean hasRun() {
        return !runs.isEmpty();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!Request.getPathInContext(request).equals("/job")) {
            answer(response, "hello", callback);
            return true;
        }
        Run run = new Run(GuardedExchange.of(request), request);
        run.bornInterrupted = Thread.currentThread().isInterrupted();
        runs.add(run);
        try {
            if (!release.await(2 * PATIENCE_SECONDS, TimeUnit.SECONDS))
                throw new IllegalStateException("never released");
            answer(response, "done", callback);
        } catch (InterruptedException stopped) {
            run.interrupted = true;
            callback.failed(stopped);
        } finally {
            run.ended.countDown();
        }
        return true;
    }

    static void answer(Response response, String body, Callback callback) {
        response.getHeaders().put("Content-Length", body.length());
        Content.Sink.write(response, true, body, callback);
    }
}
