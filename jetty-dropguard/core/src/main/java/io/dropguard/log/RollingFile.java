package io.dropguard.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are added to, and that is rolled when it is full or its day is over. Confined
 * to one thread at a time.
 */
final class RollingFile implements Closeable {
    private final FileConfig config;
    private final RolledFiles rolled;
    private @Nullable FileChannel channel; // null: to be opened
    private long size;
    private LocalDate day = LocalDate.MIN;

    RollingFile(FileConfig config, RolledFiles rolled) {
        this.config = config;
        this.rolled = rolled;
    }

    /** Writes whole lines. A file is rolled between two calls. */
    void write(byte[] lines, int length) throws IOException {
        FileChannel out = open();
        if (size > 0 && (size + length > config.maxSize() || !day.equals(today()))) {
            roll();
            out = open();
        }
        ByteBuffer buffer = ByteBuffer.wrap(lines, 0, length);
        while (buffer.hasRemaining()) size += out.write(buffer);
    }

    private LocalDate today() {
        return LocalDate.now(config.clock());
    }

    private FileChannel open() throws IOException {
        FileChannel open = channel;
        if (open != null) return open;
        Path parent = config.path().toAbsolutePath().getParent();
        if (parent != null) Files.createDirectories(parent);
        day = today();
        if (Files.exists(config.path())) {
            ZoneId zone = config.clock().getZone();
            day = Files.getLastModifiedTime(config.path()).toInstant().atZone(zone).toLocalDate();
        }
        open =
                FileChannel.open(
                        config.path(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        size = open.size();
        open.position(size);
        channel = open;
        if (size > 0 && !endsWithLine(open)) size += open.write(ByteBuffer.wrap(new byte[] {'\n'}));
        return open;
    }

    /** A process that was killed may have left half a line: the next one must not go on in it. */
    private static boolean endsWithLine(FileChannel file) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        file.read(last, file.size() - 1);
        return last.get(0) == '\n';
    }

    private void roll() throws IOException {
        close();
        rolled.take(config.path(), day);
    }

    @Override
    public void close() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) open.close();
    }
}
