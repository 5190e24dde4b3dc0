package io.dropguard.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kernel, asked without the JDK's help. Implementations are thread-safe. */
public interface Kernel {

    /** The TCP option that bounds how long bytes may stay unacknowledged, in milliseconds. */
    int TCP_USER_TIMEOUT = 18;

    /**
     * The TCP option that bounds the time between retransmits, and between probes of a closed
     * window, in milliseconds; since Linux 6.15.
     */
    int TCP_RTO_MAX_MS = 44;

    /**
     * Sets a TCP option on this process's sockets that listen on {@code address}, from which the
     * connections that they accept inherit it.
     *
     * @return on how many
     */
    int setOnListening(InetSocketAddress address, int option, int value) throws IOException;

    /**
     * How those connections to a local port fare whose peer has sent FIN, or has yet to acknowledge
     * something; those of other processes among them.
     */
    List<TcpFacts> connections(int localPort) throws IOException;

    /**
     * Whether there is access.
     *
     * @param kernel null if there is none
     * @param reason why there is none, or empty
     */
    record Access(@Nullable Kernel kernel, String reason) {}

    /** Access to the kernel this process runs on; tried once. */
    static Access access() {
        return KernelAccess.TRIED;
    }
}
