package io.dropguard.log;

import io.dropguard.exchange.NobodysWork;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one record at the end of every exchange, whatever its end, and one at its start if asked
 * to. Thread-safe once started.
 *
 * <pre>{@code
 * DropGuard.builder().log(ExchangeLog.to(ExchangeSink.stream(System.out))).build().installOn(server);
 * }</pre>
 *
 * <p>It works in a server that is not guarded, too: {@code server.insertHandler(log)}. There a lost
 * client shows only if a read or a write fails.
 */
public final class ExchangeLog extends Handler.Wrapper {
    private static final Logger LOG = LoggerFactory.getLogger(ExchangeLog.class);

    /** 2 s: what takes longer is stuck, and must keep neither a record nor a server that stops. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private static final long MILLISECOND = 1_000_000;

    private final LogConfig config;
    private final ExchangeSink sink;
    private final Clock clock = Clock.systemUTC();
    private final ExchangeIds ids = new ExchangeIds();
    private final WriterPool writers;
    private final Set<LoggedExchange> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean told = new AtomicBoolean(); // that the sink fails

    public ExchangeLog(LogConfig config, ExchangeSink sink) {
        this.config = config;
        this.sink = sink;
        this.writers = new WriterPool(config);
    }

    /** A log with the default configuration. */
    public static ExchangeLog to(ExchangeSink sink) {
        return new ExchangeLog(LogConfig.DEFAULT, sink);
    }

    /** The id that the records of a request carry, or empty if it is not logged. */
    public static Optional<String> id(Request request) {
        return Optional.ofNullable(LoggedStream.find(request)).map(LoggedExchange::id);
    }

    LogConfig config() {
        return config;
    }

    @Override
    protected void doStart() throws Exception {
        Server server = getServer();
        RequestLog present = server.getRequestLog();
        if (!(present instanceof RejectionLog rejections && rejections.isOf(this)))
            server.setRequestLog(new RejectionLog(this, present));
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        // a client that has its answer must not be told of as one that was left without
        await(() -> inFlight.stream().noneMatch(LoggedExchange::isEnding));
        inFlight.forEach(LoggedExchange::stopped);
        await(inFlight::isEmpty);
        if (!inFlight.isEmpty())
            LOG.warn("{} records are not written: the sink blocks", inFlight.size());
        sink.close();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - deadline < 0)
            LockSupport.parkNanos(MILLISECOND);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        LoggedExchange exchange = begin(request);
        if (exchange == null) return super.handle(request, response, callback);
        try {
            return super.handle(request, response, new Watched(callback, exchange));
        } catch (Throwable thrown) {
            exchange.thrown(thrown);
            throw thrown;
        }
    }

    /** Null if there is nothing to watch: an error page is part of an exchange that we know. */
    private @Nullable LoggedExchange begin(Request request) {
        try {
            if (LoggedStream.find(request) != null) return null;
            LoggedExchange exchange = newExchange(request);
            request.addHttpStreamWrapper(stream -> new LoggedStream(stream, exchange));
            inFlight.add(exchange);
            started(exchange);
            return exchange;
        } catch (RuntimeException | LinkageError failed) {
            warn(failed); // the exchange is served nonetheless
            return null;
        }
    }

    private void started(LoggedExchange exchange) {
        if (!config.started() || !exchange.isSampled()) return;
        try {
            publish(exchange, null);
        } catch (Throwable failed) {
            warn(failed);
        }
    }

    private LoggedExchange newExchange(Request request) {
        long sinceBegin = (System.nanoTime() - request.getBeginNanoTime()) / 1_000_000;
        return new LoggedExchange(
                this, request, ids.idOf(request.getHeaders()), clock.millis() - sinceBegin);
    }

    /** Jetty has done with an exchange, which we may have seen or not. */
    void done(Request request, Response response) {
        try {
            if (LoggedStream.find(request) != null) return; // its record is about to come
            if (NobodysWork.isMarked(request)) return;
            LoggedExchange exchange = newExchange(request);
            inFlight.add(exchange);
            exchange.rejected(
                    new MetaData.Response(
                            response.getStatus(),
                            null,
                            request.getConnectionMetaData().getHttpVersion(),
                            response.getHeaders()),
                    Response.getContentBytesWritten(response));
        } catch (IllegalStateException recycled) {
            // Jetty 12.1.14 may complete an exchange twice; its record came with the first time
            LOG.debug("completed already", recycled);
        } catch (RuntimeException | LinkageError failed) {
            warn(failed);
        }
    }

    /** Never throws: an exchange must not suffer from its record. */
    void ended(LoggedExchange exchange, Supplier<Ending> how) {
        try {
            Ending ending = how.get();
            if (config.sampling().keeps(exchange.id(), ending.outcome(), exchange.status()))
                publish(exchange, ending);
        } catch (Throwable failed) {
            warn(failed);
        } finally {
            inFlight.remove(exchange); // last: a server that stops waits for the record
        }
    }

    /** Never throws. Runs this when it was waited for long enough, by a thread that may block. */
    void later(Runnable task) {
        Server server = getServer();
        try {
            server.getScheduler()
                    .schedule(
                            () -> server.getThreadPool().execute(task),
                            LONGEST_WAIT.toMillis(),
                            TimeUnit.MILLISECONDS);
        } catch (RuntimeException stopping) {
            LOG.debug("not waited for", stopping);
            task.run();
        }
    }

    private void publish(LoggedExchange exchange, @Nullable Ending ending) throws IOException {
        RecordWriter writer = writers.take();
        sink.write(new ExchangeRecord(exchange, ending, writer));
        writers.giveBack(writer); // not one that was left in the middle
        told.set(false);
    }

    private void warn(Throwable failed) {
        if (told.compareAndSet(false, true))
            LOG.warn("Records get lost; told again once one was written", failed);
        else LOG.debug("A record is lost", failed);
    }

    private static final class Watched extends Callback.Nested {
        private final LoggedExchange exchange;

        Watched(Callback callback, LoggedExchange exchange) {
            super(callback);
            this.exchange = exchange;
        }

        @Override
        public void failed(Throwable failure) {
            exchange.thrown(failure);
            super.failed(failure);
        }
    }
}
