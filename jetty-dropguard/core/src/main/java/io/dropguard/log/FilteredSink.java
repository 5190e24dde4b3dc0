package io.dropguard.log;

import java.io.IOException;
import java.util.function.Predicate;

/** Gives a sink the records that meet a condition. */
record FilteredSink(ExchangeSink sink, Predicate<ExchangeRecord> condition)
        implements ExchangeSink {
    @Override
    public void write(ExchangeRecord record) throws IOException {
        if (condition.test(record)) sink.write(record);
    }

    @Override
    public void close() throws IOException {
        sink.close();
    }
}
