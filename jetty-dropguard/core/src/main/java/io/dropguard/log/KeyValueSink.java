package io.dropguard.log;

import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/** Logs each record as key-value pairs, under a short message. Thread-safe. */
record KeyValueSink(Logger logger) implements ExchangeSink {
    /** What the logging event has anyway: encoders write it too, and some refuse a name twice. */
    private static final Set<String> OF_THE_EVENT =
            Set.of("timestamp", "@timestamp", "log.level", "message", "ecs.version");

    @Override
    public void write(ExchangeRecord record) {
        if (!logger.isInfoEnabled()) return;
        Map<String, Object> fields = record.fields();
        LoggingEventBuilder event = logger.atInfo();
        for (Map.Entry<String, Object> field : fields.entrySet())
            if (!OF_THE_EVENT.contains(field.getKey()))
                event = event.addKeyValue(field.getKey(), field.getValue());
        event.log(record.outcome().map(Outcome::label).orElse("started"));
    }
}
