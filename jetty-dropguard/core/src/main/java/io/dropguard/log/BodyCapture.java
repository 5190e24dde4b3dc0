package io.dropguard.log;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a body, and the size of the whole. Thread-safe: a server that stops looks at
 * exchanges that others still work on.
 */
final class BodyCapture {
    /** What most bodies that are worth a log entry fit in. */
    private static final int FIRST_BUFFER = 1024;

    private final BodyConfig.@Nullable Kind kind; // null: by size only
    private final int limit;
    private final @Nullable String contentType;
    private final @Nullable String contentEncoding;
    private byte @Nullable [] bytes; // guarded by this
    private int kept; // guarded by this
    private long total; // guarded by this

    BodyCapture(BodyConfig config, @Nullable String contentType, @Nullable String contentEncoding) {
        this.kind = config.captured(contentType, contentEncoding);
        this.limit = config.limit();
        this.contentType = contentType;
        this.contentEncoding = contentEncoding;
    }

    /** Copies what fits, and leaves the buffer as it is. */
    synchronized void add(@Nullable ByteBuffer content) {
        int length = content == null ? 0 : content.remaining();
        if (content == null || length == 0) return;
        total += length;
        int room = Math.min(length, limit - kept);
        if (kind == null || room <= 0) return;
        byte[] target = withRoomFor(kept + room);
        content.get(content.position(), target, kept, room);
        kept += room;
    }

    private synchronized byte[] withRoomFor(int size) {
        byte[] now = bytes;
        if (now == null) now = new byte[Math.max(size, Math.min(limit, FIRST_BUFFER))];
        else if (now.length < size)
            now = Arrays.copyOf(now, Math.max(size, Math.min(limit, 2 * now.length)));
        bytes = now;
        return now;
    }

    /** Bytes that passed, kept or not. */
    synchronized long total() {
        return total;
    }

    /** Whether there is more of the body than was kept. */
    synchronized boolean isTruncated() {
        return kept < total;
    }

    BodyConfig.@Nullable Kind kind() {
        return kind;
    }

    int limit() {
        return limit;
    }

    @Nullable String contentType() {
        return contentType;
    }

    @Nullable String contentEncoding() {
        return contentEncoding;
    }

    /** What was kept, ready to be read. It is a view: what is kept is never changed. */
    synchronized ByteBuffer content() {
        byte[] now = bytes;
        return now == null ? ByteBuffer.allocate(0) : ByteBuffer.wrap(now, 0, kept);
    }
}
