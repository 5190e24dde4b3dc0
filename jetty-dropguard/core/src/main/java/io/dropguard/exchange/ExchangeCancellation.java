package io.dropguard.exchange;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationSource;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.HttpChannel;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Why the work for an exchange is in vain, and who hears of it: its token first, then, when the
 * thread that handles it has left, those that listen to Jetty's failures. Most exchanges end
 * without one. Thread-safe.
 */
final class ExchangeCancellation {
    /** 8: more async cycles than a sane servlet begins after its first error. */
    private static final int MOST_CYCLES = 8;

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeCancellation.class);

    private final GuardedExchange exchange;
    private final Executor executor;
    private final FailureListeners listeners;
    private volatile @Nullable CancellationSource
            source; // written under this; once it is asked for
    private volatile boolean told; // the listeners have heard, or are about to
    private volatile @Nullable IOException failure; // as listeners are told

    ExchangeCancellation(GuardedExchange exchange, Executor executor) {
        this.exchange = exchange;
        this.executor = executor;
        this.listeners =
                new FailureListeners(
                        exchange.request(), failure -> ExchangeLoss.byJetty(exchange, failure));
    }

    /** It decides once whether the exchange completed or was cancelled. */
    CancellationSource source() {
        CancellationSource existing = source;
        if (existing != null) return existing;
        synchronized (this) {
            CancellationSource created = source;
            if (created == null) {
                source = created = new CancellationSource(executor);
                if (exchange.isOver()) created.complete();
            }
            return created;
        }
    }

    FailureListeners listeners() {
        return listeners;
    }

    /** Null if nothing has gone wrong. */
    @Nullable IOException failure() {
        return failure;
    }

    /** As {@link #failure}, if those that listen have heard of it, or are about to. */
    @Nullable IOException told() {
        return told ? failure : null;
    }

    /** The exchange is over: what has not been cancelled by now never is. */
    void complete() {
        CancellationSource deciding = source;
        if (deciding != null) deciding.complete();
    }

    /**
     * Cancels the work, unless it is over.
     *
     * @param interrupt whether the thread that does it is interrupted
     * @return whether this call decided
     */
    boolean cancel(CancellationReason reason, IOException thrown, boolean interrupt) {
        DeadlineExpiredException decided = exchange.gate().refusal();
        if (decided != null && reason != decided.reason()) {
            // What follows from it, as a client that leaves, is no news.
            ExchangeTimes.expired(exchange, decided);
            return false;
        }
        Runnable urgent =
                () -> {
                    failure = thrown; // before the interrupted thread asks
                    if (interrupt) exchange.interrupt();
                };
        if (!source().cancel(reason, urgent)) return false;
        if (!exchange.afterwards(this::tell)) executor.execute(this::tell);
        if (LOG.isDebugEnabled()) LOG.debug("{} {}", reason.describe(), exchange.request().getId());
        return true;
    }

    /** Tells those that listen for failures that their work is in vain. */
    private void tell() {
        IOException thrown = failure;
        if (thrown == null || exchange.isOver()) return;
        told = true;
        if (isLoss(thrown)) failChannel(thrown);
        listeners.tellUnlessTold(thrown);
        // A listener that has dispatched anew may have begun another async cycle, which nobody else
        // will tell; one that always does is left alone after a while.
        for (int cycle = 1;
                cycle < MOST_CYCLES && listeners.hasServlet() && !exchange.isOver();
                cycle++) listeners.tell(thrown);
        if (listeners.isEmpty()) exchange.gate().abandon();
    }

    /** Runs Jetty's failure path: pending reads and writes fail, or else it tells us. */
    private void failChannel(IOException thrown) {
        try {
            Request request = exchange.request();
            Runnable task = exchange.reach(() -> HttpChannel.from(request).onRemoteFailure(thrown));
            if (task != null) task.run();
        } catch (IllegalStateException completed) {
            LOG.trace("completed by somebody else", completed);
        }
    }

    /** Whether nobody is left to read what is written. */
    static boolean isLoss(@Nullable IOException failure) {
        return failure instanceof ClientLostException
                || failure instanceof StuckConnectionException;
    }

    /** What work ends with once it is in vain is that, however it says it. */
    Throwable quiet(Throwable thrown) {
        IOException known = failure;
        if (known == null || QuietException.isQuiet(thrown)) return thrown;
        thrown.addSuppressed(known);
        return new QuietException.Exception(thrown);
    }
}
