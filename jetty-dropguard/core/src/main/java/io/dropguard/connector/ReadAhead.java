package io.dropguard.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.function.Consumer;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.BufferUtil;
import org.jspecify.annotations.Nullable;

/**
 * Bytes taken from a connection before anybody asked for them, given out again in their order.
 * Holds a pooled buffer only while it holds bytes. Thread-safe.
 */
final class ReadAhead {
    private final ByteBufferPool pool;
    private final int limit;
    // written under this; in flush mode: position..limit are unread
    private volatile @Nullable RetainableByteBuffer buffer;

    ReadAhead(ByteBufferPool pool, int limit) {
        this.pool = pool;
        this.limit = limit;
    }

    boolean isEmpty() {
        return buffer == null;
    }

    /** Whether back-pressure applies: nothing more is taken until something was given out. */
    synchronized boolean isFull() {
        RetainableByteBuffer held = buffer;
        return held != null && space(held.getByteBuffer()) == 0;
    }

    /**
     * Takes what is there, up to the limit: the number of bytes, 0 for nothing now, -1 for the end.
     */
    synchronized int readFrom(ReadableByteChannel channel) throws IOException {
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
            if (bytes.hasRemaining()) buffer = into;
            else release(into);
        }
        return read;
    }

    /**
     * Moves as much as fits into {@code target}, which is in flush mode as Jetty keeps its buffers.
     */
    synchronized int drainTo(ByteBuffer target) {
        RetainableByteBuffer from = buffer;
        if (from == null) return 0;
        int moved = BufferUtil.append(target, from.getByteBuffer());
        if (!from.hasRemaining()) release();
        return moved;
    }

    /** Shows what it holds, if anything. */
    synchronized boolean tell(Consumer<ByteBuffer> onBytes) {
        RetainableByteBuffer held = buffer;
        if (held == null) return false;
        onBytes.accept(held.getByteBuffer());
        return true;
    }

    synchronized void release() {
        RetainableByteBuffer held = buffer;
        if (held != null) release(held);
    }

    private void release(RetainableByteBuffer held) {
        buffer = null;
        held.release();
    }

    private int space(ByteBuffer bytes) {
        return Math.min(bytes.capacity(), limit) - bytes.remaining();
    }
}
