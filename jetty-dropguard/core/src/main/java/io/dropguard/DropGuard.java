package io.dropguard;

import static java.util.Objects.requireNonNull;

import io.dropguard.connector.ConnectorConfig;
import io.dropguard.connector.ConnectorGuard;
import io.dropguard.connector.DrainConfig;
import io.dropguard.connector.Draining;
import io.dropguard.connector.HalfClose;
import io.dropguard.connector.KeepAliveConfig;
import io.dropguard.connector.LingerConfig;
import io.dropguard.connector.LostRaces;
import io.dropguard.connector.TuningConfig;
import io.dropguard.connector.WatchConfig;
import io.dropguard.console.Console;
import io.dropguard.console.ConsoleConfig;
import io.dropguard.exchange.ExchangeConfig;
import io.dropguard.exchange.GuardHandler;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.exchange.QueueOrder;
import io.dropguard.log.ExchangeLog;
import io.dropguard.management.ManagedGuard;
import io.dropguard.management.StuckConnectionRecorder;
import io.dropguard.monitor.Connections;
import io.dropguard.monitor.MonitorConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;

/**
 * When the client goes away, the work stops. Thread-safe.
 *
 * <pre>{@code
 * DropGuard.create().installOn(server); // before server.start()
 * }</pre>
 */
public final class DropGuard {
    private final ConnectorGuard connectors;
    private final GuardHandler handler;
    private final @Nullable ExchangeLog log;
    private final @Nullable ConsoleConfig console;

    private DropGuard(
            ConnectorGuard connectors,
            ExchangeConfig exchange,
            @Nullable ExchangeLog log,
            @Nullable ConsoleConfig console) {
        this.connectors = connectors;
        this.console = console;
        this.handler = new GuardHandler(exchange);
        this.log = log;
        connectors.connections().addListener(new StuckConnectionRecorder());
    }

    /** A guard with the default options. */
    public static DropGuard create() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What {@link Builder#set} can set, in the order of the documentation. Immutable. */
    public static List<Option> options() {
        return OptionTexts.ALL;
    }

    /**
     * Guards every connector of a server that can be guarded, and inserts the handler that makes
     * its requests stoppable. The latest moment is when the server tells its listeners that it is
     * starting.
     *
     * @throws IllegalStateException if the server has started or is guarded already, or one of its
     *     connectors cannot be guarded now; then nothing was changed
     */
    public void installOn(Server server) {
        List<Connector> guardable = Installation.check(server, handler);
        guardable.forEach(this::guard); // all of them or, if one was refused, none
        server.addEventListener(connectors.draining());
        if (log != null) server.insertHandler(log);
        server.insertHandler(handler); // around the log
        server.addBean(new ManagedGuard(statistics(), connections())); // for JMX and dumps
        if (console == null) return;
        // around the guard: what it does is nobody's work
        server.insertHandler(new Console(console, statistics(), connections()));
    }

    /**
     * Guards one connector in place, whatever protocols it has; add them first.
     *
     * @throws IllegalArgumentException if it is neither a {@code ServerConnector} nor a {@code
     *     UnixDomainServerConnector}
     * @throws IllegalStateException if it has started or is guarded already
     */
    public void guard(Connector connector) {
        connectors.guard(connector);
    }

    /** What this guard saw so far. */
    public GuardStatistics statistics() {
        return handler.statistics();
    }

    /** How far the server is on its way to being stopped: for health checks. */
    public Draining draining() {
        return connectors.draining();
    }

    /** Requests that were sent on idle connections just when they were closed here. */
    public LostRaces lostRaces() {
        return connectors.lostRaces();
    }

    /** The connections of guarded connectors. */
    public Connections connections() {
        return connectors.connections();
    }

    /** The handler that {@link #installOn} inserts, for those who arrange handlers themselves. */
    public GuardHandler handler() {
        return handler;
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private WatchConfig watch = WatchConfig.DEFAULT;
        LingerConfig linger = LingerConfig.DEFAULT;
        private ExchangeConfig exchange = ExchangeConfig.DEFAULT;
        final PolicyBuilder everywhere = PolicyBuilder.create();
        final TuningOptions tuning = new TuningOptions();
        final KeepAliveOptions keepAlive = new KeepAliveOptions();
        final DrainOptions drain = new DrainOptions();
        final MonitorOptions monitor = new MonitorOptions();
        final ConsoleOptions console = new ConsoleOptions();
        private @Nullable LogOptions logOptions;
        private @Nullable ExchangeLog log;

        private Builder() {}

        /** {@code half-close}: what a FIN means. Default {@link HalfClose#PROBE}. */
        public Builder halfClose(HalfClose value) {
            watch = watch.withHalfClose(value);
            return this;
        }

        /** {@code watch-delay}: how long a request lives before it is watched. Default 5 ms. */
        public Builder watchDelay(Duration value) {
            watch = watch.withDelay(value);
            return this;
        }

        /** {@code read-ahead}: bytes that may be read beyond the request. Default 16 KiB. */
        public Builder readAhead(int bytes) {
            watch = watch.withReadAhead(bytes);
            return this;
        }

        /**
         * {@code lingering-time}, {@code lingering-timeout}, {@code lingering-bytes} and {@code
         * lingering-connections}: how connections are drained before they are closed.
         */
        public Builder linger(LingerConfig value) {
            linger = value;
            return this;
        }

        /**
         * {@code behind-proxy}, {@code keep-alive-header}, {@code keep-alive-timeout-margin},
         * {@code idle-grace}, {@code max-requests} and {@code max-age}: how connections are kept
         * between requests.
         */
        public Builder keepAlive(KeepAliveConfig value) {
            keepAlive.set(requireNonNull(value, "keep-alive"));
            return this;
        }

        /** {@code drain-timeout} and {@code pre-stop-delay}: how the server stops. */
        public Builder drain(DrainConfig value) {
            drain.set(requireNonNull(value, "drain"));
            return this;
        }

        /**
         * {@code keepalive-*}, {@code tcp-*}, {@code http2-ping-*}, {@code kernel-view-interval}
         * and {@code reuse-port}: how sockets are set up so that vanished clients are noticed.
         */
        public Builder tuning(TuningConfig value) {
            tuning.config(requireNonNull(value, "tuning"));
            return this;
        }

        /** {@code interrupt}: whether the thread of a lost request is interrupted. Default true. */
        public Builder interrupt(boolean value) {
            exchange = exchange.withInterrupt(value);
            return this;
        }

        /**
         * {@code queue-order}: who is served next under overload. Default {@link QueueOrder#FIFO}.
         */
        public Builder queueOrder(QueueOrder value) {
            exchange = exchange.withQueueOrder(value);
            return this;
        }

        /** The log of exchanges, in the place of what {@code log} and its options say. */
        public Builder log(ExchangeLog value) {
            log = value;
            return this;
        }

        /** When a connection is stuck, in the place of what the options for it have said so far. */
        public Builder monitor(MonitorConfig value) {
            monitor.set(value);
            return this;
        }

        /**
         * {@code console} and {@code console-*}: the page that shows live connections; null, the
         * default, for none.
         */
        public Builder console(@Nullable ConsoleConfig value) {
            console.set(value);
            return this;
        }

        /**
         * Sets an option by its key, as configuration files have it.
         *
         * @throws IllegalArgumentException if there is no such key, or the value does not fit
         */
        public Builder set(String key, String value) {
            GuardOptions.ALL.set(this, key, value);
            return this;
        }

        /**
         * Sets options by their keys, in whatever order they come.
         *
         * @throws IllegalArgumentException as {@link #set} does
         */
        public Builder setAll(Map<String, String> options) {
            GuardOptions.ALL.setAll(this, options);
            return this;
        }

        /** What clients may expect on paths that no pattern of {@link #path} matches. */
        public Builder everywhere(Consumer<PolicyBuilder> policy) {
            policy.accept(everywhere);
            return this;
        }

        /**
         * What clients may expect on paths that match a pattern of the Servlet specification, such
         * as {@code /report}, {@code /report/*} or {@code *.json}, from the server's root. The most
         * specific pattern wins.
         */
        public Builder path(String pattern, Consumer<PolicyBuilder> policy) {
            PolicyBuilder builder = PolicyBuilder.create();
            policy.accept(builder);
            exchange = exchange.withPolicies(exchange.policies().with(pattern, builder.build()));
            return this;
        }

        /** Made when it is wanted: most servers do without a log, and without loading it. */
        LogOptions logOptions() {
            if (logOptions == null) logOptions = new LogOptions();
            return logOptions;
        }

        public DropGuard build() {
            ConnectorConfig connector =
                    new ConnectorConfig(watch, linger, keepAlive.build(), tuning.build());
            return new DropGuard(
                    new ConnectorGuard(connector, drain.build(), monitor.build()),
                    exchange.withPolicies(exchange.policies().withDefault(everywhere.build())),
                    log == null && logOptions != null ? logOptions.build() : log,
                    console.build());
        }
    }
}
