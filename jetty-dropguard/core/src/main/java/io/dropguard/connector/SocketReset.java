package io.dropguard.connector;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a connection with RST. */
final class SocketReset {
    private static final Logger LOG = LoggerFactory.getLogger(SocketReset.class);

    private SocketReset() {}

    /** Closes it, in order where it cannot be reset. */
    static void reset(EndPoint endPoint, SocketChannel channel, @Nullable Throwable cause) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException | UnsupportedOperationException notReset) {
            LOG.debug("cannot be reset, and is closed: {}", endPoint, notReset);
        }
        endPoint.close(cause);
    }
}
