package io.dropguard.log;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.SerializableString;

/** Writes fields as one JSON object. Confined to one thread at a time. */
final class JsonFields implements FieldWriter {
    private final JsonGenerator json;
    private final ByteTarget target;
    private final LogFormat format;
    private final char[] digits = new char[24];
    private final char[] time = "0000-00-00T00:00:00.000Z".toCharArray();
    private long second = Long.MIN_VALUE; // the one that time shows

    JsonFields(JsonGenerator json, ByteTarget target, LogFormat format) {
        this.json = json;
        this.target = target;
        this.format = format;
    }

    @Override
    public void text(Field field, @Nullable String value) {
        if (value == null) return;
        json.writeName(field.in(format));
        json.writeString(Text.clean(value));
    }

    @Override
    public void number(Field field, long value) {
        json.writeName(field.in(format));
        json.writeNumber(value);
    }

    @Override
    public void millis(Field field, long nanos) {
        long micros = nanos / 1000;
        int at = digits.length;
        for (int i = 0; i < 3; i++, micros /= 10) digits[--at] = (char) ('0' + micros % 10);
        digits[--at] = '.';
        do {
            digits[--at] = (char) ('0' + micros % 10);
            micros /= 10;
        } while (micros > 0);
        json.writeName(field.in(format));
        json.writeNumber(digits, at, digits.length - at);
    }

    @Override
    public void timestamp(Field field, long epochMillis) {
        long now = Math.floorDiv(epochMillis, 1000);
        if (now != second) showSecond(now);
        put(20, 3, Math.floorMod(epochMillis, 1000));
        json.writeName(field.in(format));
        json.writeString(time, 0, time.length);
    }

    private void showSecond(long now) {
        LocalDateTime at = LocalDateTime.ofEpochSecond(now, 0, ZoneOffset.UTC);
        put(0, 4, at.getYear());
        put(5, 2, at.getMonthValue());
        put(8, 2, at.getDayOfMonth());
        put(11, 2, at.getHour());
        put(14, 2, at.getMinute());
        put(17, 2, at.getSecond());
        second = now;
    }

    private void put(int offset, int length, int value) {
        int rest = value;
        for (int i = offset + length - 1; i >= offset; i--, rest /= 10)
            time[i] = (char) ('0' + rest % 10);
    }

    @Override
    public void flag(Field field, boolean value) {
        json.writeName(field.in(format));
        json.writeBoolean(value);
    }

    @Override
    public void body(Field field, BodyRenderer.Rendered body) {
        json.writeName(field.in(format));
        ByteTarget value = body.json();
        if (value == null) json.writeString(body.toString());
        else if (body.whole() && format == LogFormat.OTEL) {
            json.writeRawValue(""); // the value's place; the value itself need not be copied twice
            json.flush();
            target.write(value.bytes(), 0, value.size());
        } else json.writeUTF8String(value.bytes(), 0, value.size());
    }

    @Override
    public void beginList(SerializableString name) {
        json.writeName(name);
        json.writeStartArray();
    }

    @Override
    public void item(String value) {
        json.writeString(Text.clean(value));
    }

    @Override
    public void endList() {
        json.writeEndArray();
    }
}
