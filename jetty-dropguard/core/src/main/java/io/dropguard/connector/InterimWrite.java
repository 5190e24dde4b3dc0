package io.dropguard.connector;

import java.nio.ByteBuffer;
import org.eclipse.jetty.util.Callback;

/** The write of an interim response, after which the final one has yet to begin. */
final class InterimWrite extends Callback.Nested {
    private final ClientEnd clientEnd;

    private InterimWrite(ClientEnd clientEnd, Callback callback) {
        super(callback);
        this.clientEnd = clientEnd;
    }

    /** The callback of a write, made one of these if its bytes are an interim response. */
    static Callback of(ClientEnd clientEnd, Callback callback, ByteBuffer... buffers) {
        return isInterim(clientEnd, buffers) ? new InterimWrite(clientEnd, callback) : callback;
    }

    @Override
    public void succeeded() {
        clientEnd.interimWritten();
        super.succeeded();
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
}
