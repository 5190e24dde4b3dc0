package io.dropguard.connector;

import io.dropguard.monitor.TrackedConnection;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The one write that is under way on a connection, if any: tells when the socket does not take all
 * of it at once. Used again for every write. Thread-safe.
 */
final class PendingWrite implements Callback {
    private static final ByteBuffer[] NOTHING = {};
    private static final VarHandle BUFFERS = buffers();

    private final EndPoint endPoint;
    private final AtomicReference<@Nullable Callback> waiting = new AtomicReference<>();

    @SuppressWarnings("UnusedVariable") // through BUFFERS: no reader is waited for
    private ByteBuffer[] buffers = NOTHING;

    private long length; // of them at first
    private volatile @Nullable TrackedConnection tracked; // before anything is written
    private volatile @Nullable ClientEnd clientEnd; // likewise

    private volatile boolean farewell;

    PendingWrite(EndPoint endPoint) {
        this.endPoint = endPoint;
    }

    private static VarHandle buffers() {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(PendingWrite.class, "buffers", ByteBuffer[].class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    void tell(TrackedConnection connection) {
        tracked = connection;
    }

    /** Is told of failures: TLS and HTTP/2 stand between the one that writes and the exchange. */
    void tell(ClientEnd end) {
        clientEnd = end;
    }

    /** What is written from now on tells the client why its connection is shut down. */
    void farewell() {
        farewell = true;
    }

    boolean isFarewell() {
        return farewell;
    }

    /** As the endpoint's own. */
    void write(Callback callback, ByteBuffer... bytes) {
        if (!begin(callback, bytes)) {
            endPoint.write(callback, bytes); // which is refused: another one is under way
            return;
        }
        try {
            endPoint.write(this, bytes);
        } catch (RuntimeException refused) {
            waiting.compareAndSet(callback, null);
            throw refused;
        }
        look(callback);
    }

    /** As the endpoint's own. */
    void write(boolean last, ByteBuffer bytes, Callback callback) {
        if (!begin(callback, bytes)) {
            endPoint.write(last, bytes, callback);
            return;
        }
        try {
            endPoint.write(last, bytes, this);
        } catch (RuntimeException refused) {
            waiting.compareAndSet(callback, null);
            throw refused;
        }
        look(callback);
    }

    /** What the socket has taken of the write that is under way; roughly, from another thread. */
    long written() {
        ByteBuffer[] pending = (ByteBuffer[]) BUFFERS.getAcquire(this);
        return pending == NOTHING ? 0 : Math.max(0, length - remaining(pending));
    }

    private boolean begin(Callback callback, ByteBuffer... bytes) {
        if (!waiting.compareAndSet(null, callback)) return false;
        length = remaining(bytes);
        BUFFERS.setRelease(this, bytes);
        return true;
    }

    private void look(Callback callback) {
        TrackedConnection connection = tracked;
        if (connection == null || waiting.get() != callback) return;
        // T1, here, says that it is writing and looks again; T2 completes the write and says so.
        connection.writing();
        if (waiting.get() != callback) connection.written();
    }

    @Override
    public void succeeded() {
        Callback told = complete();
        if (told != null) told.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        ClientEnd end = clientEnd;
        // In clear text the one that writes is told of a failure, and tells the exchange.
        if (end != null && !end.isClearText()) end.writeFailed(failure);
        Callback told = complete();
        if (told != null) told.failed(failure);
    }

    private @Nullable Callback complete() {
        long sent = written();
        BUFFERS.setRelease(this, NOTHING);
        Callback told = waiting.getAndSet(null);
        TrackedConnection connection = tracked;
        if (connection != null) {
            connection.flushed(sent);
            connection.written();
        }
        return told;
    }

    @Override
    public InvocationType getInvocationType() {
        Callback told = waiting.get();
        return told == null ? InvocationType.BLOCKING : told.getInvocationType();
    }

    static long remaining(ByteBuffer... buffers) {
        long sum = 0;
        for (ByteBuffer buffer : buffers) sum += buffer.remaining();
        return sum;
    }
}
