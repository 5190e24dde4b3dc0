package io.dropguard.log;

import java.io.IOException;

/** Gives each record to two sinks, whatever the first one does. */
record BothSinks(ExchangeSink first, ExchangeSink second) implements ExchangeSink {
    @Override
    public void write(ExchangeRecord record) throws IOException {
        try {
            first.write(record);
        } finally {
            second.write(record);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            first.close();
        } finally {
            second.close();
        }
    }
}
