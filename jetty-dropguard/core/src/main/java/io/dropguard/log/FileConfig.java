package io.dropguard.log;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;

/**
 * How records are kept in files. Immutable.
 *
 * @param path the file that is written; rolled ones stand beside it, as {@code
 *     name-2026-01-31.1.log.gz}
 * @param maxSize bytes after which a file is rolled; it is rolled at midnight, too
 * @param keep how many rolled files are kept
 * @param compress whether rolled files are compressed
 * @param queue the most bytes that wait to be written
 * @param overflow what becomes of a record when the queue is full
 * @param clock says when it is midnight, in its time zone
 */
public record FileConfig(
        Path path,
        long maxSize,
        int keep,
        boolean compress,
        int queue,
        Overflow overflow,
        Clock clock) {

    public FileConfig {
        requireNonNull(path, "log-file");
        requireNonNull(overflow, "log-overflow");
        requireNonNull(clock, "clock");
        if (maxSize < 1)
            throw new IllegalArgumentException("log-file-size: " + maxSize + " (expected: >= 1)");
        if (keep < 1)
            throw new IllegalArgumentException("log-file-keep: " + keep + " (expected: >= 1)");
        if (queue < 1)
            throw new IllegalArgumentException("log-queue: " + queue + " (expected: >= 1)");
    }

    /** 100 MiB a file, 14 of them, compressed; a queue of 1 MiB, which blocks. */
    public static FileConfig of(Path path) {
        return new FileConfig(
                path,
                100L * 1024 * 1024,
                14,
                true,
                1024 * 1024,
                Overflow.BLOCK,
                Clock.system(ZoneId.systemDefault()));
    }

    public FileConfig withPath(Path value) {
        return new FileConfig(value, maxSize, keep, compress, queue, overflow, clock);
    }

    public FileConfig withMaxSize(long bytes) {
        return new FileConfig(path, bytes, keep, compress, queue, overflow, clock);
    }

    public FileConfig withKeep(int files) {
        return new FileConfig(path, maxSize, files, compress, queue, overflow, clock);
    }

    public FileConfig withCompress(boolean value) {
        return new FileConfig(path, maxSize, keep, value, queue, overflow, clock);
    }

    public FileConfig withQueue(int bytes) {
        return new FileConfig(path, maxSize, keep, compress, bytes, overflow, clock);
    }

    public FileConfig withOverflow(Overflow value) {
        return new FileConfig(path, maxSize, keep, compress, queue, value, clock);
    }

    public FileConfig withClock(Clock value) {
        return new FileConfig(path, maxSize, keep, compress, queue, overflow, value);
    }
}
