package io.dropguard.log;

import org.slf4j.Logger;

/** Logs each record as a message. Thread-safe. */
record Slf4jSink(Logger logger) implements ExchangeSink {
    @Override
    public void write(ExchangeRecord record) {
        if (logger.isInfoEnabled()) logger.info(record.toJson());
    }
}
