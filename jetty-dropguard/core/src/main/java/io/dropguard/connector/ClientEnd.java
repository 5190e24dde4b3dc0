package io.dropguard.connector;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.jspecify.annotations.Nullable;

/**
 * What the end of the client's side of a connection means for the exchange that is computed: a
 * loss, or a question to be asked by a {@link HalfCloseProbe}. Thread-safe.
 */
final class ClientEnd {
    private static final AtomicReferenceFieldUpdater<ClientEnd, @Nullable WatchedExchange>
            EXCHANGE =
                    AtomicReferenceFieldUpdater.newUpdater(
                            ClientEnd.class, WatchedExchange.class, "exchange");

    private final AbstractEndPoint endPoint;
    private final SocketChannel channel;
    private final PendingWrite writes;
    private final HalfClose halfClose;
    private final WatchTimer timer;
    private final HangUps hangUps;
    private volatile @Nullable WatchedExchange exchange; // written through EXCHANGE
    private volatile @Nullable Signal signal; // FIN, RST or UNREACHABLE, once known
    private volatile @Nullable IOException failure; // written before the signal
    private volatile boolean clearText; // of the exchange: its bytes go out as they are
    private volatile boolean flushed; // bytes were handed down, but for writes
    private int writesBefore; // its answer began; written before the exchange, or between writes
    private volatile @Nullable HalfCloseProbe probe; // written under this, or by begin
    private volatile boolean closed;

    ClientEnd(
            AbstractEndPoint endPoint,
            SocketChannel channel,
            PendingWrite writes,
            HalfClose halfClose,
            WatchTimer timer,
            HangUps hangUps) {
        this.endPoint = endPoint;
        this.channel = channel;
        this.writes = writes;
        this.halfClose = halfClose;
        this.timer = timer;
        this.hangUps = hangUps;
    }

    // ---- the exchange

    /** Whoever begins one passes a fence before he asks whether the end has come. */
    void begin(WatchedExchange begun, boolean clearText) {
        // reads are cheap and volatile writes are not, on a connection that serves many requests
        if (this.clearText != clearText) this.clearText = clearText;
        if (flushed) flushed = false;
        if (probe != null) probe = null;
        writesBefore = (int) writes.turn(); // it may wrap: a change is a change
        EXCHANGE.lazySet(this, begun);
    }

    void end(WatchedExchange ended) {
        if (exchange == ended) EXCHANGE.lazySet(this, null);
    }

    @Nullable WatchedExchange exchange() {
        return exchange;
    }

    // ---- the end

    /** The end was read. */
    void came(Signal how, @Nullable IOException thrown) {
        failure = thrown;
        signal = how;
    }

    /**
     * Looks for a reset without a read; {@link #tell} must follow. Whether there was one. Of TLS
     * the reads tell: there an orderly goodbye is often followed by a reset, for what stays unread.
     */
    boolean cameByReset(WatchedExchange current) {
        if (hasCome() || !clearText) return false;
        if (!hangUps.hasReset(endPoint, timer.nanoTime() - current.beginNanos())) return false;
        came(Signal.RST, new PeerResetException());
        return true;
    }

    boolean hasCome() {
        return signal != null;
    }

    @Nullable Signal signal() {
        return signal;
    }

    /** The connection is closed: there is nobody to ask. */
    void close() {
        closed = true;
    }

    /** Whether the exchange is known to be lost or not: there is no probe under way. */
    boolean isSure() {
        return probe == null || isResponding();
    }

    /** The exchange was computed, or is about to be, when the end came. */
    void tell(WatchedExchange current) {
        // The kernel tells once that a peer has vanished. T1, a write, may have heard it, and T2, a
        // read, then finds an end like any other, before T1 has said so.
        boolean idle = endPoint.getWriteFlusher().toStateString().equals("-");
        if (signal == Signal.FIN && !idle) timer.schedule(() -> decide(current), 5);
        else decide(current);
    }

    private void decide(WatchedExchange current) {
        Signal how = signal;
        try {
            if (how == null) return;
            if (how != Signal.FIN || halfClose == HalfClose.LOSS) lose(current, how);
            else if (halfClose == HalfClose.PROBE)
                if (clearText) probe(current);
                else lose(current, how);
        } finally {
            hangUps.forget();
        }
    }

    /**
     * The end came in the midst of the request, so its client can no longer want an answer. The
     * wire need not have shown one: a TLS client says so with a close_notify, which may come before
     * its FIN, or without.
     */
    void brokeOff(WatchedExchange current) {
        Signal how = signal == null ? Signal.FIN : signal;
        if (how != Signal.FIN || halfClose != HalfClose.IGNORE) lose(current, how);
    }

    private void lose(WatchedExchange current, Signal how) {
        if (exchange == current) current.clientLost(how, failure);
    }

    // ---- the probe, and the answer that it begins

    private void probe(WatchedExchange current) {
        int delay;
        do delay = ask(current);
        while (delay == 0);
        if (delay > 0) timer.schedule(() -> decide(current), delay);
    }

    /** Asks once, and tells: after how many milliseconds to ask again, or -1 for never. */
    private int ask(WatchedExchange current) {
        HalfCloseProbe.Finding finding;
        int delay;
        synchronized (this) {
            if (exchange != current || closed) return -1;
            HalfCloseProbe asking = probe;
            if (asking == null) probe = asking = new HalfCloseProbe(endPoint, channel, hangUps);
            if (isResponding()) return -1; // looked at after the probe was set: see beginWrite
            finding = asking.ask();
            delay = finding == HalfCloseProbe.Finding.QUIET ? asking.nextDelayMillis() : -1;
        }
        if (finding == HalfCloseProbe.Finding.GONE) lose(current, Signal.FIN);
        return delay;
    }

    /** Whether bytes of the answer were handed down, or are about to be. */
    private boolean isResponding() {
        return flushed || (int) writes.turn() != writesBefore;
    }

    /**
     * As {@link #beginWrite}, of bytes that are not written by a {@link PendingWrite}.
     *
     * @throws IOException if what a probe has sent cannot be continued with these bytes
     */
    void beginFlush(ByteBuffer... buffers) throws IOException {
        if (!flushed) flushed = true;
        beginWrite(buffers);
    }

    /**
     * Called before bytes are handed down to the socket, when the write has its turn.
     *
     * @throws IOException if what a probe has sent cannot be continued with these bytes
     */
    void beginWrite(ByteBuffer... buffers) throws IOException {
        // T1 writes the answer: takes its turn, then looks for a probe. T2 probes: sets the probe,
        // then looks whether a response has begun. Both are volatile, so at least one sees the
        // other.
        HalfCloseProbe sent = probe;
        if (sent != null) {
            synchronized (this) {
                sent.strip(buffers);
            }
        }
    }

    /** The bytes were an interim response: the final one has yet to begin. */
    void interimWritten() {
        writesBefore = (int) writes.turn(); // it may wrap: a change is a change
        flushed = false; // volatile: after it others see the turn
    }

    /** The kernel tells only once that a peer has vanished: the first write or read after it. */
    void writeFailed(Throwable failure) {
        Signal known = signal;
        if ((known != null && known != Signal.FIN) || !PeerUnreachableException.isCauseOf(failure))
            return;
        this.failure = failure instanceof IOException thrown ? thrown : new IOException(failure);
        signal = Signal.UNREACHABLE;
    }

    boolean isClearText() {
        return clearText;
    }

    /** Whether an interim response may be next: in clear text, and the final one has not begun. */
    boolean mayBeInterim() {
        return clearText && !isResponding();
    }
}
