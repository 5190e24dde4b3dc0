package io.dropguard.connector;

import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;

/** Tells, once it is written, that the final response has yet to begin. Thread-safe. */
final class InterimResponse extends Callback.Nested {
    private final ClientEnd clientEnd;

    private InterimResponse(Callback callback, ClientEnd clientEnd) {
        super(callback);
        this.clientEnd = clientEnd;
    }

    /** The callback of a write, or one around it if the bytes are an interim response. */
    static Callback notice(Callback callback, ClientEnd clientEnd, ByteBuffer... buffers) {
        return isInterim(clientEnd, buffers) ? new InterimResponse(callback, clientEnd) : callback;
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

    @Override
    public void succeeded() {
        clientEnd.interimWritten();
        super.succeeded();
    }
}
