package io.dropguard.exchange;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Ticker;
import io.dropguard.heartbeat.HeartbeatMode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.pathmap.ServletPathSpec;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.jspecify.annotations.Nullable;

/** Makes a {@link GuardedExchange} of every request. Thread-safe once started. */
public final class GuardHandler extends Handler.Wrapper {
    private final ExchangeConfig config;
    private final Ticker ticker;
    private final GuardStatistics statistics = new GuardStatistics();
    private final ExchangeTimer timer = new ExchangeTimer();
    private final Executor executor =
            // never queued: what must be told may be what frees the threads that all wait
            task -> ThreadPool.executeImmediately(getServer().getThreadPool(), task);
    private final List<ServletPathSpec> expected = new CopyOnWriteArrayList<>();
    private final DispatchListener dispatches = new DispatchListener();
    private @Nullable Admission admission; // set before requests come

    public GuardHandler(ExchangeConfig config) {
        this(config, Ticker.system());
    }

    GuardHandler(ExchangeConfig config, Ticker ticker) {
        this.config = config;
        this.ticker = ticker;
        installBean(timer);
    }

    /** Other threads than its first may come to work for an exchange. */
    void listenToDispatches() {
        dispatches.listen();
    }

    Ticker ticker() {
        return ticker;
    }

    ExchangeTimer timer() {
        return timer;
    }

    public GuardStatistics statistics() {
        return statistics;
    }

    ExchangeConfig config() {
        return config;
    }

    Executor executor() {
        return executor;
    }

    /**
     * Says that applications may turn heartbeats on when they handle a request: responses on these
     * paths are not compressed, for a compressing handler decides before.
     *
     * @param pattern of the Servlet specification, from the server's root
     * @return closes to take it back
     */
    public CancellationToken.Registration expectHeartbeats(String pattern) {
        ServletPathSpec spec = new ServletPathSpec(pattern);
        expected.add(spec);
        return () -> expected.remove(spec);
    }

    private boolean expectsHeartbeats(Request request) {
        if (expected.isEmpty()) return false;
        String path = Request.getPathInContext(request);
        for (ServletPathSpec spec : expected) if (spec.matches(path)) return true;
        return false;
    }

    @Override
    protected void doStart() throws Exception {
        admission = new Admission(getServer().getThreadPool(), config.queueOrder());
        getServer().addEventListener(dispatches);
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        getServer().removeEventListener(dispatches);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (Request.as(request, GuardedRequest.class) != null) // an error page, handled anew
        return super.handle(request, response, callback);
        GuardedExchange exchange = new GuardedExchange(this, request, response, callback);
        if (request.getContext() != getServer().getContext()) // we are within a context
        request.setAttribute(GuardedExchange.ATTRIBUTE, exchange);
        try {
            exchange.begin();
            if (exchange.isLost())
                return new WaitingExchange(this, exchange, request, response, callback)
                        .dropIfLost();
            exchange.apply(config.policies().of(request));
            Admission gate = requireNonNull(admission, "not started");
            if (gate.isQueueing()
                    && gate.take(new WaitingExchange(this, exchange, request, response, callback)))
                return true;
            return run(exchange, request, response, callback);
        } finally {
            exchange.leave();
        }
    }

    boolean run(GuardedExchange exchange, Request request, Response response, Callback callback)
            throws Exception {
        GuardedRequest guarded =
                mayBeat(exchange, request)
                        ? new UncompressedRequest(request, exchange)
                        : new GuardedRequest(request, exchange);
        ResponseGate gate = exchange.gate();
        GuardedResponse answer = new GuardedResponse(guarded, response, gate);
        try {
            if (super.handle(guarded, answer, answer)) {
                if (!exchange.isAnswering()) listenToDispatches(); // others go on with it
                return true;
            }
            if (gate.release()) {
                exchange.over();
                return false;
            }
            gate.complete(new HttpException.RuntimeException(HttpStatus.NOT_FOUND_404));
        } catch (Throwable thrown) {
            Throwable failure = exchange.quiet(thrown);
            if (gate.release()) {
                exchange.over();
                if (failure instanceof Error error) throw error;
                throw (Exception) failure;
            }
            gate.complete(failure);
        }
        return true;
    }

    private boolean mayBeat(GuardedExchange exchange, Request request) {
        return exchange.heartbeatConfig().mode() == HeartbeatMode.AUTO
                || expectsHeartbeats(request);
    }
}
