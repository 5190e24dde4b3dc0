package io.dropguard.benchmarks.waiting;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Many exchanges, with no more of HTTP/2 than they need. Confined to the client's thread. */
final class Http2Connection extends WaitingConnection {
    private static final byte DATA = 0;
    private static final byte HEADERS = 1;
    private static final byte RST_STREAM = 3;
    private static final byte SETTINGS = 4;
    private static final byte PING = 6;
    private static final byte GOAWAY = 7;
    private static final byte ACK = 1;
    private static final byte END_STREAM_AND_HEADERS = 5;
    private static final int FRAME_HEAD = 9;

    private final Map<Integer, Beats> streams = new HashMap<>();
    private ByteBuffer rest = ByteBuffer.allocate(64 * 1024); // ready to be read from
    private int nextStream = 1;

    Http2Connection(SocketChannel channel, Lateness lateness) throws IOException {
        super(channel, lateness);
        rest.flip();
        write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(SETTINGS, (byte) 0, 0, new byte[0]);
    }

    @Override
    void request() throws IOException {
        Beats beats = new Beats();
        streams.put(nextStream, beats);
        frame(HEADERS, END_STREAM_AND_HEADERS, nextStream, head());
        beats.sent(System.nanoTime());
        nextStream += 2;
    }

    /** HPACK without a dynamic table: RFC 7541, appendix A and section 6.2.2. */
    private static byte[] head() {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.write(0x82); // :method: GET
        head.write(0x86); // :scheme: http
        literal(head, 4, "/wait"); // :path
        literal(head, 1, "localhost"); // :authority
        return head.toByteArray();
    }

    private static void literal(ByteArrayOutputStream head, int name, String value) {
        head.write(name);
        head.write(value.length());
        head.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private void frame(byte type, byte flags, int stream, byte[] payload) throws IOException {
        write(
                ByteBuffer.allocate(FRAME_HEAD + payload.length)
                        .putInt(payload.length << 8 | type)
                        .put(flags)
                        .putInt(stream)
                        .put(payload)
                        .array());
    }

    @Override
    void received(ByteBuffer buffer, long now) throws IOException {
        rest.compact();
        rest.put(buffer);
        rest.flip();
        while (rest.remaining() >= FRAME_HEAD) {
            int length = rest.getInt(rest.position()) >>> 8;
            if (rest.remaining() < FRAME_HEAD + length) return;
            byte type = rest.get(rest.position() + 3);
            byte flags = rest.get(rest.position() + 4);
            int stream = rest.getInt(rest.position() + 5);
            byte[] payload = new byte[length];
            rest.position(rest.position() + FRAME_HEAD).get(payload);
            received(type, flags, stream, payload, now);
        }
    }

    private void received(byte type, byte flags, int stream, byte[] payload, long now)
            throws IOException {
        switch (type) {
            case DATA -> {
                Beats beats = streams.get(stream);
                if (beats != null && payload.length > 0) beats.beat(now);
            }
            case SETTINGS -> {
                if (flags != ACK) frame(SETTINGS, ACK, 0, new byte[0]);
            }
            case PING -> {
                if (flags != ACK) frame(PING, ACK, 0, payload);
            }
            case RST_STREAM, GOAWAY ->
                    throw new IOException("the server has ended stream " + stream);
            default -> {} // HEADERS, WINDOW_UPDATE: nothing to do
        }
    }
}
