package io.dropguard.log;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/**
 * Where records go. Implementations are thread-safe. One that throws is reported, and harms neither
 * the exchange nor the other sinks.
 */
@FunctionalInterface
public interface ExchangeSink extends Closeable {
    /** The logger that the sinks to SLF4J write to, at level INFO. */
    String LOGGER = "io.dropguard.log.exchange";

    /** Takes a record. It is valid during the call only. */
    void write(ExchangeRecord record) throws IOException;

    /** Writes what is still held back. A server that starts again writes again. */
    @Override
    default void close() throws IOException {}

    /** This sink and another one. */
    default ExchangeSink and(ExchangeSink other) {
        return new BothSinks(this, other);
    }

    /** This sink, for some records only. */
    default ExchangeSink when(Predicate<ExchangeRecord> condition) {
        return new FilteredSink(this, condition);
    }

    /** Lines to a stream, which is flushed after each and not closed. */
    static ExchangeSink stream(OutputStream out) {
        return new StreamSink(out);
    }

    /** Lines to the file and those it is rolled to, written by a thread of its own. */
    static FileSink file(FileConfig config) {
        return new FileSink(config);
    }

    /** Lines as the messages of {@link #LOGGER}. */
    static ExchangeSink slf4j() {
        return new Slf4jSink(LoggerFactory.getLogger(LOGGER));
    }

    /** Fields as key-value pairs of {@link #LOGGER}, for encoders that write them as they like. */
    static ExchangeSink slf4jKeyValues() {
        return new KeyValueSink(LoggerFactory.getLogger(LOGGER));
    }
}
