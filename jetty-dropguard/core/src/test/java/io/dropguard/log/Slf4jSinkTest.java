package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Marker;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.spi.LoggingEventAware;

class Slf4jSinkTest {
    private static final LogServer.Work OK =
            (request, response, callback) -> {
                callback.succeeded();
                return true;
            };

    private final Heard logger = new Heard();

    private void serve(ExchangeSink sink) {
        LogServer server = LogServer.notStarted(LogConfig.DEFAULT, OK);
        server.server.insertHandler(ExchangeLog.to(sink));
        try (server) {
            server.start();
            server.get("/x?{}=1");
        }
    }

    @Test
    void theMessageIsTheLine() throws Exception {
        serve(new Slf4jSink(logger));
        String message = logger.messages.poll(10, TimeUnit.SECONDS);
        assertThat(RecordSchema.check(message).get("url.query").asString()).isEqualTo("{}=1");
    }

    @Test
    void theFieldsAreKeyValuePairs() throws Exception {
        serve(new KeyValueSink(logger));
        LoggingEvent event = logger.events.poll(10, TimeUnit.SECONDS);
        assertThat(event.getMessage()).isEqualTo("completed");
        List<String> keys = new ArrayList<>();
        for (KeyValuePair pair : event.getKeyValuePairs()) keys.add(pair.key);
        assertThat(keys).contains("url.path", "dropguard.outcome", "http.request.header.host");
    }

    @ParameterizedTest
    @EnumSource
    void whatTheEventHasAnywayIsNoPair(LogFormat format) throws Exception {
        LogServer server = LogServer.notStarted(LogConfig.DEFAULT, OK);
        server.server.insertHandler(
                new ExchangeLog(LogConfig.DEFAULT.withFormat(format), new KeyValueSink(logger)));
        try (server) {
            server.start();
            server.get("/");
        }
        LoggingEvent event = logger.events.poll(10, TimeUnit.SECONDS);
        assertThat(event.getKeyValuePairs())
                .extracting(pair -> pair.key)
                .contains("url.path")
                .doesNotContain("timestamp", "@timestamp", "log.level", "message", "ecs.version");
    }

    @Test
    void nothingIsMadeForALoggerThatDoesNotWantIt() {
        logger.enabled = false;
        serve(new Slf4jSink(logger).and(new KeyValueSink(logger)));
        assertThat(logger.messages).isEmpty();
        assertThat(logger.events).isEmpty();
    }

    /** Keeps what it is told. */
    private static final class Heard extends LegacyAbstractLogger implements LoggingEventAware {
        private static final long serialVersionUID = 1;
        private final transient BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final transient BlockingQueue<LoggingEvent> events = new LinkedBlockingQueue<>();
        private volatile boolean enabled = true;

        @Override
        public void log(LoggingEvent event) {
            events.add(event);
        }

        @Override
        protected void handleNormalizedLoggingCall(
                Level level, Marker marker, String message, Object[] arguments, Throwable thrown) {
            messages.add(message);
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return "";
        }

        @Override
        public boolean isInfoEnabled() {
            return enabled;
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isWarnEnabled() {
            return false;
        }

        @Override
        public boolean isErrorEnabled() {
            return false;
        }
    }
}
