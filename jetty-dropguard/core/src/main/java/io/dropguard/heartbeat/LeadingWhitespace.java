package io.dropguard.heartbeat;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * White space before the first byte of a document, and never after. Confined to its response's
 * lock.
 */
final class LeadingWhitespace implements Heartbeat {
    /**
     * @param most how many are sent: a browser looks for an HTML document's charset in its first
     *     1,024 bytes, so half of them are left
     */
    record Kind(char space, boolean json, int most) {}

    static final Kind JSON = new Kind(' ', true, Integer.MAX_VALUE);
    static final Kind HTML = new Kind('\n', false, 512);
    static final Kind XML = new Kind(' ', false, Integer.MAX_VALUE);

    private final Kind kind;
    private int count;
    private boolean begun;

    LeadingWhitespace(Kind kind) {
        this.kind = kind;
    }

    @Override
    public byte @Nullable [] bytes() {
        if (begun || count == kind.most()) return null;
        count++;
        return new byte[] {(byte) kind.space()};
    }

    @Override
    public void sent(ByteBuffer content) {
        if (content.hasRemaining()) begun = true;
    }

    @Override
    public boolean goesBetween() {
        return false;
    }

    @Override
    public @Nullable String failure(String json) {
        return kind.json() ? json : null;
    }
}
