package io.dropguard.heartbeat;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An empty line between records, each of which is a line that ends with LF. Confined to its
 * response's lock.
 */
final class EmptyLine implements Heartbeat {
    private static final byte[] BYTES = {'\n'};

    private boolean between = true;

    @Override
    public byte @Nullable [] bytes() {
        return between ? BYTES : null;
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
        return json + "\n";
    }
}
