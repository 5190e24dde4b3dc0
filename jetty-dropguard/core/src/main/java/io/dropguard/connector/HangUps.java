package io.dropguard.connector;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a connection is broken in both directions, as after a reset, without reading or
 * writing: a read or write that fails would tell it too, but its exceptions take longer than all
 * the rest of noticing. Thread-safe; one for all connections of a connector.
 *
 * <p>A selector of its own is asked for an interest that a connected channel never has. The JDK
 * says that a channel is ready for whatever is asked when the system reports an error or a hang-up,
 * on Linux; where it does not, nothing is known here, and a write must tell.
 */
final class HangUps implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HangUps.class);

    private final long patienceNanos; // of the kernel with a client that is silent

    private @Nullable Selector selector; // guarded by this; most connectors never need it
    private boolean toForget; // guarded by this: keys are cancelled, and not yet gone
    private boolean closed; // guarded by this

    /**
     * @param patience for so long the kernel does not give up a client that is silent; zero if that
     *     is not known
     */
    HangUps(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /**
     * Whether the client has reset the connection. Not told of one that the kernel may have given
     * up meanwhile, for that looks the same; nor of a Unix domain socket, where an orderly close
     * does. A read tells.
     *
     * @param silentNanos since the client was heard, at most
     */
    boolean hasReset(EndPoint endPoint, long silentNanos) {
        return silentNanos < patienceNanos
                && endPoint.getRemoteSocketAddress() instanceof InetSocketAddress
                && hasHungUp(endPoint);
    }

    /**
     * Whether it is known that nothing comes from the client any more, nor goes there; and not only
     * because we have ended our side.
     */
    boolean hasHungUp(EndPoint endPoint) {
        return endPoint.getTransport() instanceof SocketChannel channel
                && !endPoint.isOutputShutdown()
                && ask(channel);
    }

    private synchronized boolean ask(SocketChannel channel) {
        if (closed) return false;
        try {
            Selector asked = selector;
            if (asked == null) selector = asked = Selector.open();
            if (toForget) asked.selectNow(); // or a key of this very channel may be in the way
            SelectionKey key = channel.register(asked, SelectionKey.OP_CONNECT);
            toForget = true;
            try {
                asked.selectNow();
                return asked.selectedKeys().remove(key);
            } finally {
                key.cancel();
            }
        } catch (IOException | RuntimeException unknown) { // T1 closes it while T2, we, ask
            LOG.debug("cannot be asked: {}", channel, unknown);
            return false;
        }
    }

    /**
     * To be called soon after, when what was learnt has been told: until then the sockets that were
     * asked about cannot be closed.
     */
    synchronized void forget() {
        Selector asked = selector;
        if (!toForget || closed || asked == null) return;
        toForget = false;
        try {
            asked.selectNow();
        } catch (IOException unlikely) {
            LOG.debug("the sockets stay open until the connector stops", unlikely);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (selector == null) return;
        try {
            selector.close();
        } catch (IOException ended) {
            LOG.debug("closed, but not cleanly", ended);
        }
    }
}
