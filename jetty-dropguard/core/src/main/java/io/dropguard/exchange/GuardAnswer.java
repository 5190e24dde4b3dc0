package io.dropguard.exchange;

import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The guard's answer in the application's place, at the deadline. The exchange is over once it is
 * written and the application is done with the request, whichever comes last. Thread-safe.
 */
final class GuardAnswer implements Callback {
    private final GuardedExchange exchange;
    private final Response response; // Jetty's own
    private final Callback callback; // Jetty's own
    private final DeadlineExpiredException expired;
    private boolean written; // or never will be; guarded by this
    private @Nullable Throwable failure; // of that; guarded by this
    private boolean applicationDone; // guarded by this
    private boolean over; // guarded by this

    GuardAnswer(
            GuardedExchange exchange,
            Response response,
            Callback callback,
            DeadlineExpiredException expired) {
        this.exchange = exchange;
        this.response = response;
        this.callback = callback;
        this.expired = expired;
    }

    void write(byte[] document) {
        exchange.answering();
        response.write(true, ByteBuffer.wrap(document), this);
    }

    /** It calls back, as it may for an answer of its own: on this thread. */
    void applicationCompletes() {
        if (isOver(false, true)) end();
    }

    /** It will not use the request any more, nor call back. */
    void applicationIsGone() {
        if (isOver(false, true)) exchange.handler().executor().execute(this::end);
    }

    @Override
    public void succeeded() {
        // Elsewhere, for this may be the timer's thread.
        if (isOver(true, false)) exchange.handler().executor().execute(this::end);
    }

    @Override
    public void failed(Throwable failure) {
        ExchangeLoss.byWrite(exchange, failure, true);
        synchronized (this) {
            this.failure = failure;
        }
        succeeded(); // there is no second answer
    }

    private synchronized boolean isOver(boolean isWritten, boolean isDone) {
        written |= isWritten;
        applicationDone |= isDone;
        if (over || !written || !applicationDone) return false;
        over = true;
        return true;
    }

    private void end() {
        ExchangeTimes.expired(exchange, expired);
        exchange.over();
        Throwable unwritten = failure();
        // Jetty, told that all is well, would wait for the end of the write that it has failed.
        if (unwritten == null) callback.succeeded();
        else callback.failed(exchange.quiet(unwritten));
    }

    private synchronized @Nullable Throwable failure() {
        return failure;
    }
}
