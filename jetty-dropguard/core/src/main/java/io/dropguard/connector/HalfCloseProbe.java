package io.dropguard.connector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.io.EndPoint;

/**
 * Tells a client that has closed from one that has only half-closed, by writing the beginning of
 * the answer byte by byte: a closed one replies RST. That shows in {@link HangUps}, or where these
 * cannot tell, in the failure of the next write; but never in a read, which says that the client
 * has ended before it says anything else.
 *
 * <p>Every HTTP/1.x answer, interim ones included, starts with the same nine bytes (Jetty answers
 * HTTP/1.0 requests with them too, as RFC 9110, section 6.2 asks). {@link #strip} leaves out of the
 * real answer what was written already. Confined to the lock of its {@link ClientEnd}.
 */
final class HalfCloseProbe {
    private static final byte[] STATUS_LINE = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);

    /** Where the system writes from: no byte is copied on the way. */
    private static final ByteBuffer NATIVE =
            ByteBuffer.allocateDirect(STATUS_LINE.length).put(STATUS_LINE).asReadOnlyBuffer();

    /**
     * Milliseconds to wait before each next look and byte. The second follows at once: on the same
     * host, where most proxies are, the RST is there before the first write returns. Then about
     * one, a few, many round trips, and a last look after about five seconds.
     */
    private static final int[] DELAYS = {0, 1, 4, 15, 60, 250, 1_000, 4_000};

    enum Finding {
        /** The client is gone. */
        GONE,
        /** It may be waiting; ask again after {@link #nextDelayMillis()}. */
        QUIET,
        /** Nothing more can be asked; the answer itself will tell. */
        SPENT
    }

    private final EndPoint endPoint;
    private final WritableByteChannel socket;
    private final HangUps hangUps;
    private int written;

    HalfCloseProbe(EndPoint endPoint, WritableByteChannel socket, HangUps hangUps) {
        this.endPoint = endPoint;
        this.socket = socket;
        this.hangUps = hangUps;
    }

    /** Looks what came of the last byte, and writes the next. */
    Finding ask() {
        if (written > 0 && hangUps.hasHungUp(endPoint)) return Finding.GONE;
        if (written == STATUS_LINE.length) return Finding.SPENT;
        try {
            // not the endpoint's flush: that is a gathering write, which prepares more
            if (socket.write(NATIVE.slice(written, 1)) == 0)
                return Finding.SPENT; // the send buffer is full: somebody is there, or was
        } catch (IOException gone) {
            return Finding.GONE;
        }
        written++;
        return written == STATUS_LINE.length ? Finding.SPENT : Finding.QUIET;
    }

    int nextDelayMillis() {
        return DELAYS[written - 1];
    }

    /**
     * Takes what was written off the beginning of the answer.
     *
     * @throws IOException if the answer begins differently, and so can no longer be sent
     */
    void strip(ByteBuffer... answer) throws IOException {
        int matched = 0;
        for (ByteBuffer buffer : answer) {
            while (matched < written && buffer.hasRemaining())
                if (buffer.get() != STATUS_LINE[matched++])
                    throw new IOException("The answer does not begin with the probe that was sent");
        }
        if (matched < written)
            throw new IOException("The answer is shorter than the probe that was sent");
        written = 0; // once only; a next response of this exchange starts whole
    }
}
