package io.dropguard.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Sends the same request again and again, and allocates nothing for it: it knows from the first
 * answer how long every answer is. Confined to one thread at a time.
 */
final class KeepAliveClient implements AutoCloseable {
    private static final byte[] GET =
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final ByteBuffer request = ByteBuffer.allocateDirect(GET.length).put(GET).flip();
    private final ByteBuffer answer = ByteBuffer.allocateDirect(4096);
    private final int answerLength;

    /**
     * @param body how every answer ends
     */
    KeepAliveClient(int port, byte[] body) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        send();
        do receive();
        while (!endsWith(body));
        answerLength = answer.position();
    }

    /** One request and its whole answer, whose length is returned. */
    int request() throws IOException {
        send();
        answer.clear();
        while (answer.position() < answerLength) receive();
        return answer.position();
    }

    private void send() throws IOException {
        request.rewind();
        while (request.hasRemaining()) channel.write(request);
    }

    private void receive() throws IOException {
        if (channel.read(answer) < 0) throw new EOFException("the server closed the connection");
    }

    private boolean endsWith(byte[] body) {
        int from = answer.position() - body.length;
        if (from < 0) return false;
        return ByteBuffer.wrap(body).equals(answer.duplicate().flip().position(from));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
