package io.dropguard.log;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A connector that holds a thread at the system call that writes the end of an answer, as a busy
 * machine may, until another one has gone on. One connection at a time.
 */
final class HeldWrites extends ServerConnector {
    /** At what the thread is held, and for how long. */
    enum Hold {
        WRITTEN_UNTIL_CANCELLED,
        WRITTEN_UNTIL_CLOSED,
        UNWRITTEN_UNTIL_CLOSED
    }

    private volatile Hold hold = Hold.WRITTEN_UNTIL_CLOSED;
    private volatile boolean armed;
    private volatile CountDownLatch held = new CountDownLatch(1);
    private volatile CountDownLatch cancelled = new CountDownLatch(1);
    private volatile CountDownLatch closed = new CountDownLatch(1);

    HeldWrites(Server server, ConnectionFactory protocol) {
        super(server, 1, 1, protocol);
        setHost("127.0.0.1");
    }

    /** How the next connection's write is held. */
    void hold(Hold next) {
        held = new CountDownLatch(1);
        cancelled = new CountDownLatch(1);
        closed = new CountDownLatch(1);
        hold = next;
    }

    /** The next write is the one to hold. */
    void arm() {
        armed = true;
    }

    void awaitHeld() throws InterruptedException {
        await(held);
    }

    /** A handler that sees writes being cancelled. */
    Handler.Singleton cancels() {
        return new Handler.Wrapper() {
            @Override
            public boolean handle(Request request, Response response, Callback callback)
                    throws Exception {
                request.addHttpStreamWrapper(CancelSeen::new);
                return super.handle(request, response, callback);
            }
        };
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(20, TimeUnit.SECONDS)) throw new IllegalStateException("nothing in 20 s");
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(
            SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        SocketChannelEndPoint endPoint = new HeldEndPoint(channel, selector, key);
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    private final class CancelSeen extends HttpStream.Wrapper {
        CancelSeen(HttpStream wrapped) {
            super(wrapped);
        }

        @Override
        public Runnable cancelSend(Throwable cause, Callback appCallback) {
            Runnable cancel = super.cancelSend(cause, appCallback);
            return () -> {
                cancel.run();
                cancelled.countDown();
            };
        }
    }

    private final class HeldEndPoint extends SocketChannelEndPoint {
        HeldEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
            super(channel, selector, key, HeldWrites.this.getScheduler());
        }

        @Override
        public boolean flush(ByteBuffer... buffers) throws IOException {
            if (!armed) return super.flush(buffers);
            armed = false;
            boolean all = true;
            if (hold != Hold.UNWRITTEN_UNTIL_CLOSED) all = super.flush(copies(buffers));
            held.countDown();
            try {
                await(hold == Hold.WRITTEN_UNTIL_CANCELLED ? cancelled : closed);
            } catch (InterruptedException stopped) {
                throw (IOException) new InterruptedIOException().initCause(stopped);
            }
            if (hold == Hold.UNWRITTEN_UNTIL_CLOSED) return super.flush(buffers);
            for (ByteBuffer buffer : buffers) buffer.position(buffer.limit()); // as it returns
            return all;
        }

        private ByteBuffer[] copies(ByteBuffer[] buffers) {
            ByteBuffer[] copies = new ByteBuffer[buffers.length];
            for (int i = 0; i < buffers.length; i++) copies[i] = buffers[i].duplicate();
            return copies;
        }

        @Override
        public void onClose(@Nullable Throwable cause) {
            super.onClose(cause);
            closed.countDown();
        }
    }
}
