package io.dropguard.kernel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads addresses as the kernel writes them. */
final class SocketAddresses {
    /** The size of sockaddr_storage. */
    static final int LONGEST = 128;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private SocketAddresses() {}

    /** Reads a sockaddr, or null if it is of another family. */
    static @Nullable InetSocketAddress decode(byte[] sockaddr) {
        ByteBuffer buffer = ByteBuffer.wrap(sockaddr);
        int family = buffer.order(ByteOrder.nativeOrder()).getShort(0);
        int port = Short.toUnsignedInt(buffer.order(ByteOrder.BIG_ENDIAN).getShort(2));
        return switch (family) {
            case AF_INET -> of(Arrays.copyOfRange(sockaddr, 4, 8), port);
            case AF_INET6 -> of(Arrays.copyOfRange(sockaddr, 8, 24), port);
            default -> null;
        };
    }

    /** An IPv4 address that is mapped into IPv6 becomes what it was. */
    static InetSocketAddress of(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("length: " + address.length, impossible);
        }
    }

    /** Whether both are the same, as listening sockets are: all wildcards are. */
    static boolean same(@Nullable InetSocketAddress one, InetSocketAddress other) {
        if (one == null || one.getPort() != other.getPort()) return false;
        InetAddress first = one.getAddress();
        InetAddress second = other.getAddress();
        return first.isAnyLocalAddress()
                ? second.isAnyLocalAddress()
                : Arrays.equals(first.getAddress(), second.getAddress());
    }
}
