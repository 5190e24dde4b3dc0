package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.io.Serial;
import java.net.SocketException;
import java.util.Set;
import org.eclipse.jetty.io.QuietException;

/** The peer has vanished: it neither ends the connection nor answers. Thread-safe. */
public final class PeerUnreachableException extends SocketException implements QuietException {
    @Serial private static final long serialVersionUID = 1;

    /** What the kernels of Linux, macOS and Windows say of one, as the JDK hands it on. */
    private static final Set<String> KERNELS =
            Set.of(
                    "Connection timed out",
                    "Operation timed out",
                    "No route to host",
                    "Host is unreachable",
                    "Host is down",
                    "Network is unreachable",
                    "Network is down");

    PeerUnreachableException(String message) {
        super(message);
    }

    /** Whether a read or write failed because the peer has vanished. */
    public static boolean isCauseOf(Throwable failure) {
        Throwable each = failure;
        // 8: deeper than anybody wraps, and a cycle ends too
        for (int depth = 0; each != null && depth < 8; depth++, each = each.getCause()) {
            if (each instanceof PeerUnreachableException) return true;
            String message = each.getMessage();
            if (each instanceof IOException && message != null && KERNELS.contains(message))
                return true;
        }
        return false;
    }

    /** What a failed read of the socket says of the peer. */
    static Signal signalOf(IOException failure) {
        return isCauseOf(failure) ? Signal.UNREACHABLE : Signal.RST;
    }
}
