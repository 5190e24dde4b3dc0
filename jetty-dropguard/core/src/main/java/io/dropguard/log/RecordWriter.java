package io.dropguard.log;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;

/**
 * Makes records into lines, in memory that it uses again and again. Confined to one thread at a
 * time.
 */
final class RecordWriter {
    private static final Logger LOG = LoggerFactory.getLogger(RecordWriter.class);

    /** For the application's mistakes, which would come with every request. */
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private final LogConfig config;
    private final ByteTarget target = new ByteTarget();
    private RecordFields fields;
    private JsonGenerator json;
    private JsonFields out;

    RecordWriter(LogConfig config) {
        this.config = config;
        this.fields = new RecordFields(config.format());
        this.json = Json.generator(target);
        this.out = new JsonFields(json, target, config.format());
    }

    /** The record as a line, valid until the next one is asked for. */
    ByteTarget line(ExchangeRecord record) {
        Telling telling = (redactor, wholly) -> writeLine(record, redactor, wholly);
        if (!tell(telling))
            finish(
                    () -> {
                        json.writeStartObject();
                        RecordFields.begin(record, out);
                    });
        return target;
    }

    private void writeLine(ExchangeRecord record, Redactor redactor, boolean wholly) {
        finish(
                () -> {
                    json.writeStartObject();
                    fields.write(record, out, redactor, wholly);
                });
    }

    private void finish(Runnable body) {
        target.reset();
        try {
            body.run();
            json.writeEndObject();
            json.flush();
            target.write('\n');
        } catch (Throwable failed) {
            renew(); // it is within an object now
            throw failed;
        }
    }

    private void renew() {
        fields = new RecordFields(config.format());
        json = Json.generator(target);
        out = new JsonFields(json, target, config.format());
    }

    /** The record's fields. */
    Map<String, Object> fields(ExchangeRecord record) {
        KeyValueFields[] last = new KeyValueFields[1];
        Telling telling =
                (redactor, wholly) -> {
                    last[0] = new KeyValueFields(config.format());
                    fields.write(record, last[0], redactor, wholly);
                };
        if (!tell(telling)) {
            last[0] = new KeyValueFields(config.format());
            RecordFields.begin(record, last[0]);
        }
        return last[0].values();
    }

    private interface Telling {
        void tell(Redactor redactor, boolean wholly);
    }

    /**
     * Tells it with the configured redactor; if that throws, with one that lets nothing through,
     * and without bodies. Returns false if even that fails.
     */
    private boolean tell(Telling telling) {
        try {
            telling.tell(checked(config.redactor()), true);
            return true;
        } catch (RedactionFailedException failed) {
            warn("The redactor threw: this record is redacted wholly", failed);
        } catch (RuntimeException | StackOverflowError failed) {
            warn("A record could not be written as a whole", failed);
        }
        try {
            telling.tell(Redactor.everything(), false);
            return true;
        } catch (RuntimeException | StackOverflowError failed) {
            warn("A record could not be written", failed);
            return false;
        }
    }

    private static Redactor checked(Redactor redactor) {
        if (redactor instanceof RedactionRules rules) return rules; // ours do not throw
        return (part, name, value) -> {
            try {
                String kept = redactor.redact(part, name, value);
                return kept == null ? Redactor.REDACTED : kept;
            } catch (Throwable thrown) {
                throw new RedactionFailedException(thrown);
            }
        };
    }

    private static void warn(String what, Throwable failure) {
        if (TOLD.compareAndSet(false, true))
            LOG.warn("{}; further ones are told at DEBUG", what, failure);
        else LOG.debug(what, failure);
    }

    /** The application's redactor threw. */
    private static final class RedactionFailedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RedactionFailedException(Throwable cause) {
            super(cause);
        }
    }
}
