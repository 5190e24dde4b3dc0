package io.dropguard.log;

import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/** Logs each record as key-value pairs, under a short message. Thread-safe. */
record KeyValueSink(Logger logger) implements ExchangeSink {
    @Override
    public void write(ExchangeRecord record) {
        if (!logger.isInfoEnabled()) return;
        Map<String, Object> fields = record.fields();
        LoggingEventBuilder event = logger.atInfo();
        for (Map.Entry<String, Object> field : fields.entrySet())
            event = event.addKeyValue(field.getKey(), field.getValue());
        event.log(record.outcome().map(Outcome::label).orElse("started"));
    }
}
