package io.dropguard.connector;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Both ends of a connection over loopback.
 *
 * @param client blocks
 * @param accepted does not
 */
record SocketPair(SocketChannel client, SocketChannel accepted) implements AutoCloseable {
    static SocketPair connect() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            SocketPair pair =
                    new SocketPair(
                            SocketChannel.open(listening.getLocalAddress()), listening.accept());
            pair.accepted.configureBlocking(false);
            return pair;
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
        accepted.close();
    }
}
