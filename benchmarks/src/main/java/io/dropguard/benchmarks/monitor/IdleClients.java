package io.dropguard.benchmarks.monitor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Holds so many connections, each after one request: {@code IdleClients PORT CONNECTIONS}. */
public final class IdleClients {
    private static final byte[] REQUEST =
            "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private IdleClients() {}

    public static void main(String[] arguments) throws Exception {
        InetSocketAddress server =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        int connections = Integer.parseInt(arguments[1]);
        List<SocketChannel> held = new ArrayList<>(connections);
        ByteBuffer answer = ByteBuffer.allocate(1024);
        while (held.size() < connections) held.add(connect(server, answer));
        System.out.println(held.size());
        while (System.in.read() >= 0) {} // until whoever started it has ended
    }

    private static SocketChannel connect(InetSocketAddress server, ByteBuffer answer)
            throws IOException {
        SocketChannel channel = SocketChannel.open(server);
        channel.write(ByteBuffer.wrap(REQUEST));
        answer.clear();
        if (channel.read(answer) < 0) throw new IOException("closed (expected: an answer)");
        return channel;
    }
}
