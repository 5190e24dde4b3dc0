package io.dropguard.log;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;

/** Collects fields as names and values. Confined to one thread. */
final class KeyValueFields implements FieldWriter {
    private final LogFormat format;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private List<String> items = new ArrayList<>();

    KeyValueFields(LogFormat format) {
        this.format = format;
    }

    Map<String, Object> values() {
        return values;
    }

    private void put(Field field, Object value) {
        values.put(field.in(format).getValue(), value);
    }

    @Override
    public void text(Field field, @Nullable String value) {
        if (value != null) put(field, Text.clean(value));
    }

    @Override
    public void number(Field field, long value) {
        put(field, value);
    }

    @Override
    public void millis(Field field, long nanos) {
        put(field, TimeUnit.NANOSECONDS.toMicros(nanos) / 1e3);
    }

    @Override
    public void timestamp(Field field, long epochMillis) {
        put(field, Instant.ofEpochMilli(epochMillis).toString());
    }

    @Override
    public void flag(Field field, boolean value) {
        put(field, value);
    }

    @Override
    public void body(Field field, BodyRenderer.Rendered body) {
        put(field, body.toString());
    }

    @Override
    public void beginList(SerializableString name) {
        items = new ArrayList<>(1);
        values.put(name.getValue(), items);
    }

    @Override
    public void item(String value) {
        items.add(Text.clean(value));
    }

    @Override
    public void endList() {
        items = new ArrayList<>();
    }
}
