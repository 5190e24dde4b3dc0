package io.dropguard.log;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** Writes lines to a stream that somebody else opened and closes. Thread-safe. */
final class StreamSink implements ExchangeSink {
    private final Lock lock = new ReentrantLock(); // a virtual thread that waits here is not pinned
    private final OutputStream out; // guarded by lock

    StreamSink(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(ExchangeRecord record) throws IOException {
        ByteTarget line = record.line();
        lock.lock();
        try {
            out.write(
                    line.bytes(), 0, line.size()); // in one call: other writers cannot come between
            out.flush();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            out.flush();
        } finally {
            lock.unlock();
        }
    }
}
