package io.dropguard.log;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Record writers to be used again. It never waits: one too few is made anew. Thread-safe. */
final class WriterPool {
    private final LogConfig config;
    private final AtomicReferenceArray<@Nullable RecordWriter> idle =
            // twice as many as can write at once
            new AtomicReferenceArray<>(2 * Runtime.getRuntime().availableProcessors());

    WriterPool(LogConfig config) {
        this.config = config;
    }

    RecordWriter take() {
        for (int i = 0; i < idle.length(); i++) {
            RecordWriter writer = idle.get(i) == null ? null : idle.getAndSet(i, null);
            if (writer != null) return writer;
        }
        return new RecordWriter(config);
    }

    void giveBack(RecordWriter writer) {
        for (int i = 0; i < idle.length(); i++)
            if (idle.get(i) == null && idle.compareAndSet(i, null, writer)) return;
    }
}
