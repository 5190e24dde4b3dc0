package io.dropguard.log;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.SerializableString;

/** Takes the fields of one record in their order. Confined to one thread. */
interface FieldWriter {
    /** A string; nothing if it is null. */
    void text(Field field, @Nullable String value);

    void number(Field field, long value);

    /** A duration, in milliseconds with three decimals. */
    void millis(Field field, long nanos);

    /** An instant, in milliseconds since the epoch. */
    void timestamp(Field field, long epochMillis);

    void flag(Field field, boolean value);

    /** A body; nothing if there is nothing in it. */
    void body(Field field, BodyRenderer.Rendered body);

    /** A list of strings, to be followed by its items and {@link #endList}. */
    void beginList(SerializableString name);

    void item(String value);

    void endList();
}
