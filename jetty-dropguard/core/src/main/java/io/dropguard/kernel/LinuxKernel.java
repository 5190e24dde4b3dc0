package io.dropguard.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Linux, through JNA. Thread-safe. */
final class LinuxKernel implements Kernel {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxKernel.class);

    private static final int SOL_SOCKET = 1;
    private static final int SO_ACCEPTCONN = 30;
    private static final int IPPROTO_TCP = 6;

    private final Libc libc;

    private LinuxKernel(Libc libc) {
        this.libc = libc;
    }

    /**
     * @throws LinkageError if JNA is not there or does not work
     */
    static LinuxKernel open() {
        return new LinuxKernel(Native.load("c", Libc.class));
    }

    @Override
    public int setOnListening(InetSocketAddress address, int option, int value) throws IOException {
        int set = 0;
        try {
            for (int socket : listening(address)) {
                libc.setsockopt(
                        socket, IPPROTO_TCP, option, new IntByReference(value), Integer.BYTES);
                set++;
            }
        } catch (LastErrorException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
        return set;
    }

    @Override
    public List<TcpFacts> connections(int localPort) throws IOException {
        try {
            return new SocketDump(libc).of(localPort);
        } catch (LastErrorException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    /** The JDK does not tell the descriptor of a channel. */
    private List<Integer> listening(InetSocketAddress address) throws IOException {
        List<Integer> found = new ArrayList<>();
        try (DirectoryStream<Path> descriptors =
                Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path each : descriptors) {
                int descriptor = Integer.parseInt(each.getFileName().toString());
                if (isSocket(each)
                        && isListening(descriptor)
                        && SocketAddresses.same(name(descriptor), address)) found.add(descriptor);
            }
        }
        return found;
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closed) {
            LOG.trace("closed meanwhile: {}", descriptor, closed);
            return false;
        }
    }

    private boolean isListening(int descriptor) {
        IntByReference value = new IntByReference();
        try {
            libc.getsockopt(
                    descriptor,
                    SOL_SOCKET,
                    SO_ACCEPTCONN,
                    value,
                    new IntByReference(Integer.BYTES));
            return value.getValue() != 0;
        } catch (LastErrorException closed) {
            LOG.trace("closed meanwhile: {}", descriptor, closed);
            return false;
        }
    }

    private @Nullable InetSocketAddress name(int descriptor) {
        byte[] address = new byte[SocketAddresses.LONGEST];
        try {
            libc.getsockname(descriptor, address, new IntByReference(address.length));
            return SocketAddresses.decode(address);
        } catch (LastErrorException closed) {
            LOG.trace("closed meanwhile: {}", descriptor, closed);
            return null;
        }
    }
}
