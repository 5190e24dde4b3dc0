package io.dropguard.heartbeat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One more separator between records, each of which ends with LF. Confined to its response's lock.
 */
final class RecordSeparator implements Heartbeat {
    private final byte[] bytes;
    private final String start;
    private boolean between = true;

    /**
     * @param separator what is harmless between records
     * @param start what a record begins with
     */
    RecordSeparator(String separator, String start) {
        this.bytes = separator.getBytes(StandardCharsets.US_ASCII);
        this.start = start;
    }

    @Override
    public byte @Nullable [] bytes() {
        return between ? bytes : null;
    }

    @Override
    public void sent(ByteBuffer content) {
        if (content.hasRemaining()) between = content.get(content.limit() - 1) == '\n';
    }

    @Override
    public boolean goesBetween() {
        return true;
    }

    @Override
    public String failure(String json) {
        return start + json + "\n";
    }
}
