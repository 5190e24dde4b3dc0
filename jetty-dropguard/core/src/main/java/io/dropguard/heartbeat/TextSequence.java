package io.dropguard.heartbeat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One more record separator between JSON texts (RFC 7464). A text may have line feeds within, so it
 * has ended only where its brackets are closed too. Confined to its response's lock.
 */
final class TextSequence implements Heartbeat {
    private static final String RECORD_SEPARATOR = "\u001e";
    private static final byte[] BYTES = RECORD_SEPARATOR.getBytes(StandardCharsets.US_ASCII);

    private int depth; // of brackets that are open
    private boolean inString;
    private boolean escaped; // the next byte of a string
    private boolean begun; // the text, after its separator
    private boolean ended = true; // the text, with a line feed

    @Override
    public byte @Nullable [] bytes() {
        return ended ? BYTES : null;
    }

    @Override
    public void sent(ByteBuffer content) {
        for (int i = content.position(); i < content.limit(); i++) next(content.get(i));
    }

    private void next(byte b) {
        if (b == RECORD_SEPARATOR.charAt(0)) { // never within a text, unless one was cut short
            depth = 0;
            inString = escaped = begun = ended = false;
        } else if (inString) {
            if (escaped) escaped = false;
            else if (b == '\\') escaped = true;
            else if (b == '"') inString = false;
        } else if (b == '\n') ended = begun && depth == 0;
        else if (b != ' ' && b != '\t' && b != '\r') {
            begun = true;
            ended = false;
            if (b == '"') inString = true;
            else if (b == '{' || b == '[') depth++;
            else if (b == '}' || b == ']') depth--;
        }
    }

    @Override
    public boolean goesBetween() {
        return true;
    }

    @Override
    public String failure(String json) {
        return RECORD_SEPARATOR + json + "\n";
    }
}
