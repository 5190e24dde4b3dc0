package io.dropguard;

import static java.util.Objects.requireNonNull;

import io.dropguard.connector.ConnectorConfig;
import io.dropguard.connector.ConnectorGuard;
import io.dropguard.connector.DrainConfig;
import io.dropguard.connector.Draining;
import io.dropguard.connector.GuardConnectionFactory;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the client goes away, the work stops. Thread-safe.
 *
 * <pre>{@code
 * DropGuard.create().installOn(server); // before server.start()
 * }</pre>
 */
public final class DropGuard {
    private static final Logger LOG = LoggerFactory.getLogger(DropGuard.class);

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

    /** What can be set by its key, in the order of the documentation. */
    public static List<Option> options() {
        return OptionTexts.read();
    }

    /** The keys that {@link Builder#set} knows, in alphabetical order. Immutable. */
    public static Set<String> optionKeys() {
        return Builder.OPTIONS.keys();
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
        if (isUnderWay(server))
            throw new IllegalStateException(
                    "server: "
                            + server.getState()
                            + " (expected: not started; install before it starts)");
        if (server.getDescendant(GuardHandler.class) != null || handler.getServer() != null)
            throw new IllegalStateException(
                    "server: guarded already (expected: one DropGuard for one server)");
        List<Connector> guardable = new ArrayList<>();
        for (Connector connector : server.getConnectors()) {
            if (GuardConnectionFactory.isGuarded(connector)) continue;
            if (GuardConnectionFactory.canGuard(connector))
                guardable.add(GuardConnectionFactory.checkGuardable(connector));
            else LOG.info("Not guarded, its connections are no sockets: {}", connector);
        }
        guardable.forEach(this::guard); // all of them or, if one was refused, none
        server.addEventListener(connectors.draining());
        if (log != null) server.insertHandler(log);
        server.insertHandler(handler); // around the log
        server.addBean(new ManagedGuard(statistics(), connections())); // for JMX and dumps
        if (console == null) return;
        // around the guard: what it does is nobody's work
        server.insertHandler(new Console(console, statistics(), connections()));
    }

    /** Listeners hear of the start before anything in the server has been started. */
    private static boolean isUnderWay(Server server) {
        if (!server.isStarting()) return server.isRunning();
        Handler first = server.getHandler();
        return first != null && first.isRunning();
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
        static final Options<Builder> OPTIONS =
                new Options<Builder>()
                        .with(
                                "half-close",
                                (b, k, v) ->
                                        b.halfClose(OptionValues.choice(k, v, HalfClose.class)))
                        .with("interrupt", (b, k, v) -> b.interrupt(OptionValues.flag(k, v)))
                        .with(
                                "lingering-bytes",
                                (b, k, v) ->
                                        b.linger(b.linger.withBytes(OptionValues.longBytes(k, v))))
                        .with(
                                "lingering-connections",
                                (b, k, v) ->
                                        b.linger(
                                                b.linger.withConnections(
                                                        OptionValues.number(k, v))))
                        .with(
                                "lingering-time",
                                (b, k, v) ->
                                        b.linger(b.linger.withTime(OptionValues.duration(k, v))))
                        .with(
                                "lingering-timeout",
                                (b, k, v) ->
                                        b.linger(b.linger.withTimeout(OptionValues.duration(k, v))))
                        .with(
                                "queue-order",
                                (b, k, v) ->
                                        b.queueOrder(OptionValues.choice(k, v, QueueOrder.class)))
                        .with("read-ahead", (b, k, v) -> b.readAhead(OptionValues.bytes(k, v)))
                        .with("watch-delay", (b, k, v) -> b.watchDelay(OptionValues.duration(k, v)))
                        .withAll(PolicyBuilder.OPTIONS, b -> b.everywhere)
                        .withAll(TuningOptions.OPTIONS, b -> b.tuning)
                        .withAll(KeepAliveOptions.OPTIONS, b -> b.keepAlive)
                        .withAll(DrainOptions.OPTIONS, b -> b.drain)
                        .withAll(MonitorOptions.OPTIONS, b -> b.monitorOptions)
                        .withAll(ConsoleOptions.OPTIONS, b -> b.consoleOptions)
                        .withAll(LogOptions.OPTIONS, b -> b.logOptions);

        private WatchConfig watch = WatchConfig.DEFAULT;
        private LingerConfig linger = LingerConfig.DEFAULT;
        private ExchangeConfig exchange = ExchangeConfig.DEFAULT;
        private final PolicyBuilder everywhere = PolicyBuilder.create();
        private final TuningOptions tuning = new TuningOptions();
        private final LogOptions logOptions = new LogOptions();
        private final KeepAliveOptions keepAlive = new KeepAliveOptions();
        private final DrainOptions drain = new DrainOptions();
        private final MonitorOptions monitorOptions = new MonitorOptions();
        private final ConsoleOptions consoleOptions = new ConsoleOptions();
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
            monitorOptions.set(value);
            return this;
        }

        /**
         * {@code console} and {@code console-*}: the page that shows live connections; null, the
         * default, for none.
         */
        public Builder console(@Nullable ConsoleConfig value) {
            consoleOptions.set(value);
            return this;
        }

        /**
         * Sets an option by its key, as configuration files have it.
         *
         * @throws IllegalArgumentException if there is no such key, or the value does not fit
         */
        public Builder set(String key, String value) {
            OPTIONS.set(this, key, value);
            return this;
        }

        /**
         * Sets options by their keys, in whatever order they come.
         *
         * @throws IllegalArgumentException as {@link #set} does
         */
        public Builder setAll(Map<String, String> options) {
            OPTIONS.setAll(this, options);
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

        public DropGuard build() {
            ConnectorConfig connector =
                    new ConnectorConfig(watch, linger, keepAlive.build(), tuning.build());
            return new DropGuard(
                    new ConnectorGuard(connector, drain.build(), monitorOptions.build()),
                    exchange.withPolicies(exchange.policies().withDefault(everywhere.build())),
                    log == null ? logOptions.build() : log,
                    consoleOptions.build());
        }
    }
}
