package io.dropguard.console;

import static java.util.Objects.requireNonNull;

import io.dropguard.connector.ClientWatch;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.exchange.NobodysWork;
import io.dropguard.monitor.Connections;
import io.dropguard.monitor.StuckConnectionListener;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page that shows live connections and ends those that are stuck, and the same as JSON and as
 * text. Thread-safe once started.
 *
 * <p>It stands around the guard, so its own requests are not guarded, counted or logged. A thread
 * of its own answers them: it takes none from the server's pool, and needs no lock.
 */
public final class Console extends Handler.Wrapper {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);

    /** 2 s: so long may the last answers take when the server stops. */
    private static final long LONGEST_WAIT_MILLIS = 2_000;

    /** 100 ms: at once for people, and ten times a second at most for a server under attack. */
    private static final long SOON_MILLIS = 100;

    private final ConsoleConfig config;
    private final GuardStatistics statistics;
    private final Connections connections;
    private final ConsoleResources resources = new ConsoleResources();
    private volatile @Nullable Running running;

    /** What exists from start to stop. */
    private record Running(
            ScheduledThreadPoolExecutor thread,
            ConsoleAccess access,
            LiveFeed feed,
            ConsoleApi api,
            StuckConnectionListener listener) {}

    public Console(ConsoleConfig config, GuardStatistics statistics, Connections connections) {
        this.config = requireNonNull(config, "config");
        this.statistics = requireNonNull(statistics, "statistics");
        this.connections = requireNonNull(connections, "connections");
    }

    public ConsoleConfig config() {
        return config;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // a tick never fails
    protected void doStart() throws Exception {
        ScheduledThreadPoolExecutor thread =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread created = new Thread(task, "dropguard-console");
                            created.setDaemon(true);
                            return created;
                        });
        ConsoleAccess access = new ConsoleAccess(config);
        LiveFeed feed = new LiveFeed(connections, statistics);
        ConsoleApi api = new ConsoleApi(connections, statistics, feed, resources, access);
        AtomicBoolean told = new AtomicBoolean(); // that there is news: many reports, one update
        StuckConnectionListener listener =
                report -> {
                    if (told.compareAndSet(false, true)) refreshSoon(thread, feed, told);
                };
        running = new Running(thread, access, feed, api, listener);
        connections.addListener(listener);
        long interval = History.INTERVAL.toMillis();
        thread.scheduleAtFixedRate(() -> tick(feed), interval, interval, TimeUnit.MILLISECONDS);
        if (config.isOpen() && config.token() == null)
            LOG.warn(
                    "The console may be used from {} by everybody (expected: console-token)",
                    config.addresses());
        super.doStart();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // nor does a refresh
    private static void refreshSoon(
            ScheduledThreadPoolExecutor thread, LiveFeed feed, AtomicBoolean told) {
        try {
            thread.schedule(
                    () -> {
                        told.set(false);
                        feed.refresh();
                    },
                    SOON_MILLIS,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.trace("nobody is left to be told", stopped);
        }
    }

    private static void tick(LiveFeed feed) {
        try {
            feed.tick();
        } catch (RuntimeException failed) {
            LOG.warn("The console misses a second", failed); // thrown, it would miss all others too
        }
    }

    @Override
    protected void doStop() throws Exception {
        Running stopping = running;
        running = null;
        if (stopping != null) {
            connections.removeListener(stopping.listener());
            try {
                stopping.thread()
                        .submit(stopping.feed()::close)
                        .get(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException | TimeoutException late) {
                LOG.debug("Pages are left as they are", late);
            }
            stopping.thread().shutdownNow();
        }
        super.doStop();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        if (path.length() == config.path().length() - 1 && config.path().startsWith(path)) {
            NobodysWork.mark(request);
            return redirect(response, callback);
        }
        if (!path.startsWith(config.path())) return super.handle(request, response, callback);
        Running now = running;
        if (now == null) return super.handle(request, response, callback);
        NobodysWork.mark(request);
        notTheMonitors(request);
        secure(response.getHeaders());
        ConsoleAccess.Refusal refused = now.access().ofVisitor(request);
        if (refused != null) {
            Answer.refuse(response, callback, refused);
            return true;
        }
        String name = path.substring(config.path().length());
        try {
            now.thread().execute(() -> now.api().answer(name, request, response, callback));
        } catch (RejectedExecutionException stopped) {
            Answer.text(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503, "the server stops");
        }
        return true;
    }

    /** Or else the page that shows what is stuck would be stuck itself before long. */
    private static void notTheMonitors(Request request) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        ClientWatch watch = ClientWatch.beneath(connection.getConnection().getEndPoint());
        if (watch != null) watch.tracked().unguarded(connection.getHttpVersion().asString());
    }

    private boolean redirect(Response response, Callback callback) {
        secure(response.getHeaders());
        response.getHeaders().put(HttpHeader.LOCATION, config.path());
        Answer.text(response, callback, HttpStatus.MOVED_PERMANENTLY_301, config.path());
        return true;
    }

    /** The browser is to take nothing from elsewhere, and to show us within nobody else's page. */
    private static void secure(HttpFields.Mutable headers) {
        headers.put(
                "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                        + " connect-src 'self'; base-uri 'none'; form-action 'none';"
                        + " frame-ancestors 'none'; require-trusted-types-for 'script'");
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("X-Frame-Options", "DENY");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
    }
}
