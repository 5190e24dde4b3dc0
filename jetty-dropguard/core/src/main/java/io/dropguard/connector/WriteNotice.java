package io.dropguard.connector;

import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;

/** Callbacks of writes that tell the {@link ClientEnd} what came of them. Thread-safe. */
final class WriteNotice {
    private WriteNotice() {}

    /** The callback of a write, or one around it if its end tells something. */
    static Callback around(Callback callback, ClientEnd clientEnd, ByteBuffer... buffers) {
        if (isInterim(clientEnd, buffers)) return new OfInterim(callback, clientEnd);
        // In clear text the one that writes is told of a failure, and tells the exchange.
        return clientEnd.isClearText() ? callback : new OfFailure(callback, clientEnd);
    }

    /**
     * Whether these bytes begin {@code HTTP/1.1 1xx}, which Jetty writes at once, and are no part
     * of an answer's body that looks so.
     */
    private static boolean isInterim(ClientEnd clientEnd, ByteBuffer... buffers) {
        if (buffers.length == 0 || !clientEnd.mayBeInterim()) return false;
        ByteBuffer head = buffers[0];
        int at = head.position();
        return head.remaining() > 10
                && head.get(at) == 'H'
                && head.get(at + 8) == ' '
                && head.get(at + 9) == '1';
    }

    private static final class OfInterim extends Callback.Nested {
        private final ClientEnd clientEnd;

        OfInterim(Callback callback, ClientEnd clientEnd) {
            super(callback);
            this.clientEnd = clientEnd;
        }

        @Override
        public void succeeded() {
            clientEnd.interimWritten();
            super.succeeded();
        }
    }

    /** TLS and HTTP/2 stand between the one that writes and the exchange. */
    private static final class OfFailure extends Callback.Nested {
        private final ClientEnd clientEnd;

        OfFailure(Callback callback, ClientEnd clientEnd) {
            super(callback);
            this.clientEnd = clientEnd;
        }

        @Override
        public void failed(Throwable failure) {
            clientEnd.writeFailed(failure);
            super.failed(failure);
        }
    }
}
