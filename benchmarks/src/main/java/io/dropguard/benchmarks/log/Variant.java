package io.dropguard.benchmarks.log;

import io.dropguard.log.BodyConfig;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.LogConfig;
import jakarta.servlet.DispatcherType;
import java.io.OutputStream;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.zalando.logbook.Correlation;
import org.zalando.logbook.HttpLogWriter;
import org.zalando.logbook.Logbook;
import org.zalando.logbook.Precorrelation;
import org.zalando.logbook.core.DefaultSink;
import org.zalando.logbook.core.DefaultStrategy;
import org.zalando.logbook.core.WithoutBodyStrategy;
import org.zalando.logbook.json.FastJsonHttpLogFormatter;
import org.zalando.logbook.servlet.LogbookFilter;

/** Who logs. What is logged goes nowhere, so that only making it is measured. */
enum Variant {
    BARE("bare") {
        @Override
        void install(Server server, ServletContextHandler context, boolean bodies) {}
    },
    DROPGUARD("DropGuard's log") {
        @Override
        void install(Server server, ServletContextHandler context, boolean bodies) {
            LogConfig config =
                    LogConfig.DEFAULT.withBodies(bodies ? BodyConfig.all() : BodyConfig.NONE);
            OutputStream nowhere = OutputStream.nullOutputStream();
            server.insertHandler(new ExchangeLog(config, record -> record.writeTo(nowhere)));
        }
    },
    LOGBOOK("Logbook 4") {
        @Override
        void install(Server server, ServletContextHandler context, boolean bodies) {
            Logbook logbook =
                    Logbook.builder()
                            .strategy(bodies ? new DefaultStrategy() : new WithoutBodyStrategy())
                            // the faster one of its two JSON formatters
                            .sink(new DefaultSink(new FastJsonHttpLogFormatter(), new Nowhere()))
                            .build();
            FilterHolder filter = new FilterHolder(new LogbookFilter(logbook));
            filter.setAsyncSupported(true);
            context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
        }
    };

    private final String label;

    Variant(String label) {
        this.label = label;
    }

    abstract void install(Server server, ServletContextHandler context, boolean bodies);

    String label() {
        return label;
    }

    private static final class Nowhere implements HttpLogWriter {
        @Override
        public void write(Precorrelation precorrelation, String request) {}

        @Override
        public void write(Correlation correlation, String response) {}
    }
}
