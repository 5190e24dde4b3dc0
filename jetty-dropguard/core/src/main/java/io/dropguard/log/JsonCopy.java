package io.dropguard.log;

import io.dropguard.log.Redactor.Part;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Copies one JSON value token by token, with properties redacted. Confined to one thread. */
final class JsonCopy {
    private final JsonParser in;
    private final JsonGenerator out;
    private final Redactor redactor;
    private final @Nullable RedactionRules names; // null: whole paths and values are asked for
    private final StringBuilder path = new StringBuilder();
    private char[] repaired = {};

    JsonCopy(JsonParser in, JsonGenerator out, Redactor redactor) {
        this.in = in;
        this.out = out;
        this.redactor = redactor;
        this.names =
                redactor instanceof RedactionRules rules && rules.isByNameOnly() ? rules : null;
    }

    /** Copies the one value that there is; what was copied before it throws is whole tokens. */
    void copy() throws JacksonException {
        JsonToken token = in.nextToken();
        if (token == null) return;
        copyValue(token);
        if (in.nextToken() != null) throw new NotOneValueException();
    }

    private void copyValue(JsonToken token) {
        switch (token) {
            case START_OBJECT -> {
                out.writeStartObject();
                while ((token = in.nextToken()) != JsonToken.END_OBJECT) copyProperty();
                out.writeEndObject();
            }
            case START_ARRAY -> {
                out.writeStartArray();
                while ((token = in.nextToken()) != JsonToken.END_ARRAY) copyValue(token);
                out.writeEndArray();
            }
            case VALUE_STRING -> copyString();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    out.writeNumber(in.getString()); // as it is: no number is too long for a log
            case VALUE_TRUE -> out.writeBoolean(true);
            case VALUE_FALSE -> out.writeBoolean(false);
            case VALUE_NULL -> out.writeNull();
            default ->
                    throw new IllegalStateException("token: " + token + " (expected: JSON's own)");
        }
    }

    private void copyProperty() {
        String name = in.currentName();
        JsonToken token = in.nextToken();
        if (names == null) copyAsked(name, token);
        else if (names.isSecret(name)) {
            if (token == JsonToken.VALUE_STRING) in.getStringLength(); // it must be whole, too
            out.writeName(Text.wellFormed(name));
            in.skipChildren();
            out.writeString(Redactor.REDACTED);
        } else copyNamed(name, token);
    }

    private void copyNamed(String name, JsonToken token) {
        if (token == JsonToken.VALUE_STRING) in.getStringLength(); // before its name is written
        out.writeName(Text.wellFormed(name));
        copyValue(token);
    }

    private void copyAsked(String name, JsonToken token) {
        int parent = path.length();
        if (parent > 0) path.append('.');
        path.append(name.replace('.', '_')); // a dot separates names
        String whole = parent == 0 && name.indexOf('.') < 0 ? name : path.toString();
        boolean structure = token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY;
        String value = structure ? "" : in.getString();
        String kept = redactor.redact(Part.JSON, whole, value);
        out.writeName(Text.wellFormed(name));
        if (kept.equals(value)) copyValue(token);
        else {
            if (structure) in.skipChildren();
            out.writeString(Text.wellFormed(kept));
        }
        path.setLength(parent);
    }

    private void copyString() {
        char[] text = in.getStringCharacters();
        int from = in.getStringOffset();
        int length = in.getStringLength();
        if (!Text.hasSurrogates(text, from, from + length)) {
            out.writeString(text, from, length);
            return;
        }
        if (repaired.length < length) repaired = new char[length];
        System.arraycopy(text, from, repaired, 0, length);
        Text.repair(repaired, 0, length);
        out.writeString(repaired, 0, length);
    }

    /** There is more than one value, as in lines of JSON. */
    private static final class NotOneValueException extends JacksonException {
        private static final long serialVersionUID = 1;

        NotOneValueException() {
            super("more than one value");
        }
    }
}
