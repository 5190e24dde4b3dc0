package io.dropguard.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * Bytes taken from a connection before anybody asked for them, given out again in their order.
 * Holds a pooled buffer only while it holds bytes. Confined to the lock of its {@link
 * WatchedInput}.
 */
final class ReadAhead {
    private final ByteBufferPool pool;
    private final int limit;
    private @Nullable RetainableByteBuffer buffer; // in flush mode: position..limit are unread

    ReadAhead(ByteBufferPool pool, int limit) {
        this.pool = pool;
        this.limit = limit;
    }

    boolean isEmpty() {
        return buffer == null;
    }

    /** Whether back-pressure applies: nothing more is taken until something was given out. */
    boolean isFull() {
        return buffer != null && space(buffer.getByteBuffer()) == 0;
    }

    /**
     * Takes what is there, up to the limit: the number of bytes, 0 for nothing now, -1 for the end.
     */
    int readFrom(ReadableByteChannel channel) throws IOException {
        RetainableByteBuffer into = buffer;
        if (into == null) into = pool.acquire(limit, true);
        ByteBuffer bytes = into.getByteBuffer();
        bytes.compact(); // what was given out makes room again
        bytes.limit(Math.min(bytes.capacity(), limit)); // the pool may give more than was asked for
        int read;
        try {
            read = channel.read(bytes);
        } finally {
            bytes.flip();
            buffer = bytes.hasRemaining() ? into : null;
            if (buffer == null) into.release();
        }
        return read;
    }

    /**
     * Moves as much as fits into {@code target}, which is in flush mode as Jetty keeps its buffers.
     */
    int drainTo(ByteBuffer target) {
        RetainableByteBuffer from = buffer;
        if (from == null) return 0;
        int moved = BufferUtil.append(target, from.getByteBuffer());
        if (!from.hasRemaining()) release();
        return moved;
    }

    void release() {
        RetainableByteBuffer held = buffer;
        buffer = null;
        if (held != null) held.release();
    }

    private int space(ByteBuffer bytes) {
        return Math.min(bytes.capacity(), limit) - bytes.remaining();
    }
}
