package io.dropguard.benchmarks.waiting;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection whose exchanges wait. Confined to the client's thread. */
abstract class WaitingConnection {
    private static final long INTERVAL_NANOS = 1_000_000_000;

    /** Beats of one exchange, and how late they come. */
    final class Beats {
        private long due;

        void sent(long now) {
            due = now + INTERVAL_NANOS;
        }

        void beat(long now) {
            lateness.add(now - due);
            due += INTERVAL_NANOS;
        }
    }

    final SocketChannel channel;
    private final Lateness lateness;
    long bytes;

    WaitingConnection(SocketChannel channel, Lateness lateness) {
        this.channel = channel;
        this.lateness = lateness;
    }

    /** Sends the next request. */
    abstract void request() throws IOException;

    /** The buffer is consumed as far as it holds whole units. */
    abstract void received(ByteBuffer buffer, long now) throws IOException;

    final void write(byte[] data) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(data);
        while (buffer.hasRemaining()) channel.write(buffer); // less than any socket's buffer
    }

    final void read(ByteBuffer buffer) throws IOException {
        buffer.clear();
        int read = channel.read(buffer);
        if (read < 0) throw new EOFException("the server has closed a connection");
        bytes += read;
        buffer.flip();
        received(buffer, System.nanoTime());
    }
}
