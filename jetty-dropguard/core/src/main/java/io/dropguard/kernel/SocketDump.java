package io.dropguard.kernel;

import static io.dropguard.kernel.SocketAddresses.AF_INET;
import static io.dropguard.kernel.SocketAddresses.AF_INET6;

import com.sun.jna.NativeLong;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One dump of the kernel's TCP connections, by netlink's {@code sock_diag}. It needs no privileges,
 * and disturbs no connection. Confined to one thread.
 */
final class SocketDump {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int NLM_F_REQUEST_DUMP = 0x1 | 0x300;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int IPPROTO_TCP = 6;
    private static final int INET_DIAG_INFO = 2;

    /** struct nlmsghdr, struct inet_diag_req_v2, struct inet_diag_msg, struct rtattr. */
    private static final int HEADER = 16;

    private static final int REQUEST = 56;
    private static final int MESSAGE = 72;
    private static final int ATTRIBUTE = 4;

    private static final int ESTABLISHED = 1;
    private static final int CLOSE_WAIT = 8;
    private static final int STATES = (1 << ESTABLISHED) | (1 << CLOSE_WAIT);

    /** idiag_timer: what the connection waits for. */
    private static final int PROBING_WINDOW = 4;

    /** 64 KiB: the kernel fills at most half of it with one answer. */
    private static final int BUFFER = 64 * 1024;

    private final Libc libc;
    private final byte[] bytes = new byte[BUFFER];
    private final List<TcpFacts> found = new ArrayList<>();

    SocketDump(Libc libc) {
        this.libc = libc;
    }

    List<TcpFacts> of(int localPort) throws IOException {
        int socket = libc.socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
        try {
            for (int family : new int[] {AF_INET, AF_INET6}) {
                byte[] request = request(family, localPort);
                libc.send(socket, request, new NativeLong(request.length), 0);
                while (!isDone(libc.recv(socket, bytes, new NativeLong(BUFFER), 0).intValue())) {
                    // the kernel gives the next part when the last one is taken
                }
            }
        } finally {
            libc.close(socket);
        }
        return found;
    }

    private static byte[] request(int family, int localPort) {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER + REQUEST).order(ByteOrder.nativeOrder());
        buffer.putInt(HEADER + REQUEST)
                .putShort((short) SOCK_DIAG_BY_FAMILY)
                .putShort((short) NLM_F_REQUEST_DUMP)
                .putInt(0) // our only request
                .putInt(0); // to the kernel
        buffer.put((byte) family)
                .put((byte) IPPROTO_TCP)
                .put((byte) (1 << (INET_DIAG_INFO - 1)))
                .put((byte) 0)
                .putInt(STATES);
        buffer.order(ByteOrder.BIG_ENDIAN).putShort((short) localPort);
        return buffer.array();
    }

    /** Reads one answer; whether it was the last. */
    private boolean isDone(int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.nativeOrder());
        int at = 0;
        while (at + HEADER <= length) {
            int size = buffer.getInt(at);
            int type = buffer.getShort(at + 4);
            if (size < HEADER || at + size > length)
                throw new IOException("size of a netlink message: " + size);
            if (type == NLMSG_DONE) return true;
            if (type == NLMSG_ERROR)
                throw new IOException("sock_diag: errno " + -buffer.getInt(at + HEADER));
            if (type == SOCK_DIAG_BY_FAMILY) read(buffer, at + HEADER, at + size);
            at += align(size);
        }
        if (length == 0) throw new IOException("sock_diag: no answer");
        return false;
    }

    private void read(ByteBuffer buffer, int at, int end) {
        boolean finReceived = buffer.get(at + 1) == CLOSE_WAIT;
        long unacknowledged = Integer.toUnsignedLong(buffer.getInt(at + 60));
        int info = attribute(buffer, at + MESSAGE, end);
        if ((!finReceived && unacknowledged == 0) || info < 0) return; // idle, or closed meanwhile
        int family = buffer.get(at);
        int retransmits = Byte.toUnsignedInt(buffer.get(info + 2));
        int probes = Byte.toUnsignedInt(buffer.get(info + 3));
        found.add(
                new TcpFacts(
                        address(buffer, family, at + 4, at + 8),
                        address(buffer, family, at + 6, at + 24),
                        finReceived,
                        unacknowledged,
                        buffer.get(at + 2) == PROBING_WINDOW,
                        retransmits + probes,
                        Integer.toUnsignedLong(buffer.getInt(info + 56))));
    }

    /** Where the attribute with struct tcp_info begins, or -1. */
    private static int attribute(ByteBuffer buffer, int from, int end) {
        int at = from;
        while (at + ATTRIBUTE <= end) {
            int size = Short.toUnsignedInt(buffer.getShort(at));
            if (size < ATTRIBUTE) return -1;
            if (buffer.getShort(at + 2) == INET_DIAG_INFO) return at + ATTRIBUTE;
            at += align(size);
        }
        return -1;
    }

    private static InetSocketAddress address(ByteBuffer buffer, int family, int port, int address) {
        byte[] bytes = new byte[family == AF_INET ? 4 : 16];
        buffer.get(address, bytes);
        int high = Byte.toUnsignedInt(buffer.get(port));
        int low = Byte.toUnsignedInt(buffer.get(port + 1));
        return SocketAddresses.of(bytes, (high << 8) | low);
    }

    private static int align(int size) {
        return (size + 3) & ~3;
    }
}
