package io.dropguard.log;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a sink is given of an exchange. Confined to the thread that calls the sink, and to that
 * call: what is to be kept must be copied.
 */
public final class ExchangeRecord {

    /** What a record tells of. */
    public enum Event {
        /** The exchange has begun, and may be in flight when the server dies. */
        STARTED("dropguard.exchange.started"),
        /** The exchange is over. */
        ENDED("dropguard.exchange.ended");

        private final String label;

        Event(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    private final LoggedExchange exchange;
    private final @Nullable Ending ending;
    private final RecordWriter writer;
    private @Nullable ByteTarget line; // once it was asked for

    ExchangeRecord(LoggedExchange exchange, @Nullable Ending ending, RecordWriter writer) {
        this.exchange = exchange;
        this.ending = ending;
        this.writer = writer;
    }

    public Event event() {
        return ending == null ? Event.STARTED : Event.ENDED;
    }

    /** The same in all records of an exchange. */
    public String id() {
        return exchange.id();
    }

    /** How the exchange ended; empty at its start. */
    public Optional<Outcome> outcome() {
        return ending == null ? Optional.empty() : Optional.of(ending.outcome());
    }

    /** The answer's status, or 0 if it was not begun. */
    public int status() {
        return exchange.status();
    }

    /** Writes the record as one line of JSON in UTF-8, with the line feed at its end. */
    public void writeTo(OutputStream out) throws IOException {
        ByteTarget text = line();
        out.write(text.bytes(), 0, text.size());
    }

    /** The record as JSON, without a line feed. */
    public String toJson() {
        String text = line().toString();
        return text.substring(0, text.length() - 1);
    }

    /**
     * The record's fields by their names, in order: strings, numbers, booleans and lists of
     * strings.
     */
    public Map<String, Object> fields() {
        return writer.fields(this);
    }

    ByteTarget line() {
        ByteTarget known = line;
        if (known == null) line = known = writer.line(this);
        return known;
    }

    LoggedExchange exchange() {
        return exchange;
    }

    @Nullable Ending ending() {
        return ending;
    }

    @Override
    public String toString() {
        return "ExchangeRecord[" + event() + ", " + id() + "]";
    }
}
