package io.dropguard.exchange;

import java.io.EOFException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;

/** Tells failed connections from misused ones. */
final class Disconnects {
    private Disconnects() {}

    /**
     * What Jetty fails writes with when the connection is of no use; not an application's misuse.
     */
    static boolean isDisconnect(Throwable failure) {
        return failure instanceof EOFException
                || failure instanceof ClosedChannelException
                || failure instanceof SocketException
                || failure instanceof TimeoutException;
    }
}
