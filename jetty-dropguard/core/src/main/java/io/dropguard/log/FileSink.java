package io.dropguard.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lines to a file from a thread of its own. Thread-safe.
 *
 * <p>Lines are copied into a bounded buffer; the thread swaps it for an empty one and writes it in
 * one go. So a process that is killed loses what was in the buffers, and leaves whole lines but for
 * the last.
 */
public final class FileSink implements ExchangeSink {
    private static final Logger LOG = LoggerFactory.getLogger(FileSink.class);

    private final FileConfig config;
    private final RolledFiles rolled;
    private final RollingFile file; // of the writing thread
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private byte[] waiting = new byte[8192]; // guarded by lock
    private int size; // guarded by lock
    private long dropped; // guarded by lock
    private long untold; // guarded by lock: dropped since that was last said in the file
    private boolean closing; // guarded by lock
    private @Nullable Thread thread; // guarded by lock; null: not running

    FileSink(FileConfig config) {
        this.config = config;
        this.rolled = new RolledFiles(config);
        this.file = new RollingFile(config, rolled);
    }

    /** Records that were not written, for want of room or because writing failed. */
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(ExchangeRecord record) {
        ByteTarget line = record.line();
        lock.lock();
        try {
            if (!makeRoom(line.size())) {
                dropped++;
                untold++;
                return;
            }
            if (waiting.length - size < line.size())
                waiting = Arrays.copyOf(waiting, Math.max(size + line.size(), 2 * waiting.length));
            System.arraycopy(line.bytes(), 0, waiting, size, line.size());
            size += line.size();
            if (thread == null) start();
            filled.signal();
        } finally {
            lock.unlock();
        }
    }

    /** A line that is longer than the queue finds room when the queue is empty. */
    private boolean makeRoom(int length) {
        while (size > 0 && size + length > config.queue()) {
            if (config.overflow() == Overflow.DROP_AND_COUNT) return false;
            emptied.awaitUninterruptibly(); // an interrupt is for the work, not for its record
        }
        return true;
    }

    private void start() {
        Thread writer = new Thread(this::run, "dropguard-log");
        writer.setDaemon(true);
        thread = writer;
        closing = false;
        writer.start();
    }

    private void run() {
        byte[] writing = new byte[8192];
        while (true) {
            int length;
            long lost;
            lock.lock();
            try {
                while (size == 0 && !closing) filled.awaitUninterruptibly();
                if (size == 0) {
                    thread = null;
                    emptied.signalAll();
                    return;
                }
                byte[] full = waiting;
                waiting = writing;
                writing = full;
                length = size;
                lost = untold;
                size = 0;
                untold = 0;
                emptied.signalAll();
            } finally {
                lock.unlock();
            }
            write(writing, length, lost);
        }
    }

    private void write(byte[] lines, int length, long lost) {
        try {
            file.write(lines, length);
            if (lost > 0) {
                byte[] notice = notice(lost);
                file.write(notice, notice.length);
            }
        } catch (IOException failed) {
            long more = count(lines, length);
            LOG.warn("{}: {} records are lost", config.path(), more, failed);
            lock.lock();
            try {
                dropped += more;
                untold += more + lost;
            } finally {
                lock.unlock();
            }
        }
    }

    private byte[] notice(long lost) {
        return ("{\"timestamp\":\""
                        + Instant.ofEpochMilli(config.clock().millis())
                        + "\",\"event.name\":\"dropguard.log.dropped\",\"dropguard.log.dropped\":"
                        + lost
                        + "}\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static long count(byte[] lines, int length) {
        long count = 0;
        for (int i = 0; i < length; i++) if (lines[i] == '\n') count++;
        return count;
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            closing = true;
            filled.signal();
            while (thread != null) emptied.awaitUninterruptibly();
        } finally {
            lock.unlock();
        }
        file.close();
        rolled.close();
    }
}
