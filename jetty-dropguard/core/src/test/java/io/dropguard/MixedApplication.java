package io.dropguard;

import io.dropguard.MixedLedger.Fact;
import io.dropguard.exchange.GuardedExchange;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /way/millis/number} and enters in the {@link MixedLedger} what became of it.
 * Thread-safe.
 */
final class MixedApplication extends Handler.Abstract {
    /** Ends every answer and occurs nowhere else in it. */
    static final byte END = 1;

    enum Way {
        FAST,
        /** Reads the body, then answers. */
        READ,
        BLOCK,
        ASYNC;

        private static final List<Way> ALL = List.of(values());

        static Way any(Random random) {
            return ALL.get(random.nextInt(ALL.size()));
        }
    }

    private final MixedLedger ledger;
    private final ScheduledExecutorService scheduler;

    MixedApplication(MixedLedger ledger, ScheduledExecutorService scheduler) {
        this.ledger = ledger;
        this.scheduler = scheduler;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        boolean interrupted = Thread.currentThread().isInterrupted(); // first: the loss precedes it
        GuardedExchange exchange = GuardedExchange.of(request);
        String[] path = Request.getPathInContext(request).split("/", -1);
        int millis = Integer.parseInt(path[2]);
        int number = Integer.parseInt(path[3]);
        ledger.add(number, Fact.STARTED);
        if (interrupted && !exchange.token().isCancelled())
            ledger.add(number, Fact.STARTED_INTERRUPTED);
        Ending ending = new Ending(number, path[1], exchange, response, callback);
        try {
            switch (Way.valueOf(path[1])) {
                case FAST -> ending.answer();
                case READ -> {
                    Content.Source.consumeAll(request);
                    ending.answer();
                }
                case BLOCK -> {
                    if (new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS))
                        throw new IllegalStateException("nobody counts down");
                    ending.answer();
                }
                case ASYNC -> {
                    var after = scheduler.schedule(ending::answer, millis, TimeUnit.MILLISECONDS);
                    exchange.token()
                            .onCancelled(
                                    why -> {
                                        after.cancel(false);
                                        ending.fail(new EofException(why.describe()));
                                    });
                }
            }
        } catch (IOException | InterruptedException failed) {
            ending.fail(new EofException(failed));
        }
        return true;
    }

    /** Whoever comes first ends the exchange. */
    private final class Ending {
        private final AtomicBoolean ended = new AtomicBoolean();
        private final int number;
        private final String way;
        private final GuardedExchange exchange;
        private final Response response;
        private final Callback callback;

        Ending(
                int number,
                String way,
                GuardedExchange exchange,
                Response response,
                Callback callback) {
            this.number = number;
            this.way = way;
            this.exchange = exchange;
            this.response = response;
            this.callback = callback;
        }

        void answer() {
            if (!ended.compareAndSet(false, true)) return;
            byte[] text = new byte[100];
            text[text.length - 1] = END;
            ByteBuffer content = ByteBuffer.wrap(text);
            response.write(
                    true,
                    content,
                    Callback.from(
                            () -> {
                                enter(null);
                                callback.succeeded();
                            },
                            failure -> {
                                // HTTP/2 has sent it all: the client may have read it before it
                                // left
                                enter(content.hasRemaining() ? failure : null);
                                callback.failed(failure);
                            }));
        }

        void fail(Throwable failure) {
            if (!ended.compareAndSet(false, true)) return;
            enter(failure);
            callback.failed(failure);
        }

        private void enter(@Nullable Throwable failure) {
            if (exchange.token().isCancelled())
                ledger.lose(number, way + " " + exchange.loss() + " " + failure);
            else if (failure == null) ledger.add(number, Fact.ANSWERED);
            else ledger.fail(number, describe(failure));
        }

        private String describe(Throwable failure) {
            StringWriter text = new StringWriter();
            text.append(exchange.toString()).append(' ');
            failure.printStackTrace(new PrintWriter(text));
            return text.toString();
        }
    }
}
