package io.dropguard.connector;

import java.io.Serial;
import java.net.SocketException;
import org.eclipse.jetty.io.QuietException;

/**
 * The peer has reset the connection; said as the JDK says it when a read meets that. Thread-safe.
 */
final class PeerResetException extends SocketException implements QuietException {
    @Serial private static final long serialVersionUID = 1;

    PeerResetException() {
        super("Connection reset");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // it takes longer than to notice, and says only where we looked
    }
}
