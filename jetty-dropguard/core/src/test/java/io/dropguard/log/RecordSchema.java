package io.dropguard.log;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The documented schema of records. Thread-safe. */
final class RecordSchema {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final Schema SCHEMA = load();

    private RecordSchema() {}

    private static Schema load() {
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(
                            Files.readString(Path.of("../../docs/exchange-record.schema.json")),
                            InputFormat.JSON);
        } catch (IOException missing) {
            throw new UncheckedIOException(missing);
        }
    }

    /** The record of a line, which must be one line, valid JSON and as the schema says. */
    static JsonNode check(String line) {
        if (line.chars().anyMatch(c -> c < ' ' || c == 0x7F || c == 0x85 || c == 0x2028))
            throw new AssertionError("not one line: " + line);
        JsonNode record = MAPPER.readTree(line);
        List<Error> errors = SCHEMA.validate(record);
        if (!errors.isEmpty()) throw new AssertionError(errors + " in " + line);
        return record;
    }
}
