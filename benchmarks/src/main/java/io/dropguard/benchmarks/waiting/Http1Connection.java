package io.dropguard.benchmarks.waiting;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One exchange. Confined to the client's thread. */
final class Http1Connection extends WaitingConnection {
    private static final byte[] REQUEST =
            "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Beats beats = new Beats();
    private int endOfHead; // how many of CR LF CR LF were read

    Http1Connection(SocketChannel channel, Lateness lateness) {
        super(channel, lateness);
    }

    @Override
    void request() throws IOException {
        write(REQUEST);
        beats.sent(System.nanoTime());
    }

    @Override
    void received(ByteBuffer buffer, long now) {
        while (buffer.hasRemaining()) {
            byte next = buffer.get();
            if (endOfHead < 4) endOfHead = next == "\r\n\r\n".charAt(endOfHead) ? endOfHead + 1 : 0;
            else if (next == ' ') beats.beat(now); // what else there is frames chunks
        }
    }
}
