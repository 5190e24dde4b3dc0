package io.dropguard;

import static java.util.Objects.requireNonNull;

import io.dropguard.connector.GuardConnectionFactory;
import io.dropguard.connector.HalfClose;
import io.dropguard.connector.WatchConfig;
import io.dropguard.exchange.ExchangeConfig;
import io.dropguard.exchange.GuardHandler;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.exchange.QueueOrder;
import io.dropguard.log.ExchangeLog;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.eclipse.jetty.server.Connector;
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

    private final WatchConfig watch;
    private final GuardHandler handler;
    private final @Nullable ExchangeLog log;

    private DropGuard(Builder builder) {
        this.watch = builder.watch;
        this.handler = new GuardHandler(builder.exchange);
        this.log = builder.log == null ? builder.logOptions.build() : builder.log;
    }

    /** A guard with the default options. */
    public static DropGuard create() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Guards every connector of a server that can be guarded, and inserts the handler that makes
     * its requests stoppable.
     *
     * @throws IllegalStateException if the server has started, or is guarded already
     */
    public void installOn(Server server) {
        if (server.isRunning())
            throw new IllegalStateException(
                    "server: "
                            + server.getState()
                            + " (expected: not started; install before it starts)");
        if (server.getDescendant(GuardHandler.class) != null || handler.getServer() != null)
            throw new IllegalStateException(
                    "server: guarded already (expected: one DropGuard for one server)");
        for (Connector connector : server.getConnectors()) {
            if (GuardConnectionFactory.isGuarded(connector)) continue;
            if (GuardConnectionFactory.canGuard(connector)) guard(connector);
            else LOG.info("Not guarded, its connections are no sockets: {}", connector);
        }
        if (log != null) server.insertHandler(log);
        server.insertHandler(handler); // around the log
    }

    /**
     * Guards one connector in place, whatever protocols it has; add them first.
     *
     * @throws IllegalArgumentException if it is neither a {@code ServerConnector} nor a {@code
     *     UnixDomainServerConnector}
     * @throws IllegalStateException if it has started or is guarded already
     */
    public void guard(Connector connector) {
        GuardConnectionFactory.guard(connector, watch);
    }

    /** What this guard saw so far. */
    public GuardStatistics statistics() {
        return handler.statistics();
    }

    /** The handler that {@link #installOn} inserts, for those who arrange handlers themselves. */
    public GuardHandler handler() {
        return handler;
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private static final Map<String, BiConsumer<Builder, String>> OPTIONS = new TreeMap<>();

        static {
            option(
                    "half-close",
                    (b, k, v) -> b.halfClose(OptionValues.choice(k, v, HalfClose.class)));
            option("interrupt", (b, k, v) -> b.interrupt(OptionValues.flag(k, v)));
            option(
                    "queue-order",
                    (b, k, v) -> b.queueOrder(OptionValues.choice(k, v, QueueOrder.class)));
            LogOptions.KEYS.forEach(key -> option(key, (b, k, v) -> b.logOptions.set(k, v)));
            option("read-ahead", (b, k, v) -> b.readAhead(OptionValues.bytes(k, v)));
            option("watch-delay", (b, k, v) -> b.watchDelay(OptionValues.duration(k, v)));
        }

        private WatchConfig watch = WatchConfig.DEFAULT;
        private ExchangeConfig exchange = ExchangeConfig.DEFAULT;
        private final LogOptions logOptions = new LogOptions();
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

        /**
         * Sets an option by its key, as configuration files have it.
         *
         * @throws IllegalArgumentException if there is no such key, or the value does not fit
         */
        public Builder set(String key, String value) {
            requireNonNull(value, key);
            BiConsumer<Builder, String> option = OPTIONS.get(key);
            if (option == null)
                throw new IllegalArgumentException(
                        key + ": unknown option (expected: one of " + OPTIONS.keySet() + ")");
            option.accept(this, value);
            return this;
        }

        public DropGuard build() {
            return new DropGuard(this);
        }

        private interface Setter {
            void set(Builder builder, String key, String value);
        }

        private static void option(String key, Setter setter) {
            OPTIONS.put(key, (builder, value) -> setter.set(builder, key, value));
        }
    }
}
