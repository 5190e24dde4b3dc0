package io.dropguard.connector;

import java.io.Closeable;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.FillInterest;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a connection's interest in reads with the kernel from one request of HTTP/1 to the next.
 * Jetty takes it away when bytes have come, and gives it back for the next request: two calls of
 * the kernel a request, and at times one more to wake the selector. They cost more than all that
 * the guard adds. Thread-safe.
 *
 * <p>It stands between Jetty's selector and the endpoint, which goes on to note what is wanted. As
 * the kernel tells of bytes until they are read, they are read at once, for the connection. It may
 * tell of more than somebody wants, never of less: what comes while nobody waits is told once, and
 * then the interest is taken away as Jetty would have.
 */
final class KeptInterest implements ManagedSelector.Selectable, Closeable {
    /** 32: a client that sends while it is answered does so again, and costs a select each time. */
    private static final int CAUTION = 32;

    private final AbstractEndPoint endPoint;
    private final ManagedSelector.Selectable selectable; // the endpoint
    private final FillInterest readers;
    private final ClientWatch watch;
    private final Executor executor;
    private final SelectorManager manager;
    private final Reading reading = new Reading();
    private boolean begun; // confined to the connection
    private volatile @Nullable SelectionKey key; // once it stands there

    // confined to the selector: threads take turns at it, and pass a lock in between
    private boolean kept;
    private int cautious; // so often it is taken away as Jetty does
    private boolean closing;

    private KeptInterest(
            AbstractEndPoint endPoint,
            ManagedSelector.Selectable selectable,
            ClientWatch watch,
            SelectorManager manager,
            Executor executor) {
        this.endPoint = endPoint;
        this.selectable = selectable;
        this.readers = endPoint.getFillInterest();
        this.watch = watch;
        this.manager = manager;
        this.executor = executor;
    }

    /** Null if the connector has its own way to wait for bytes. */
    static @Nullable KeptInterest of(
            AbstractEndPoint endPoint, ClientWatch watch, Connector connector) {
        SelectorManager manager = connector.getBean(SelectorManager.class);
        return manager != null && endPoint instanceof ManagedSelector.Selectable selectable
                ? new KeptInterest(endPoint, selectable, watch, manager, connector.getExecutor())
                : null;
    }

    // ---- for the connection

    /** Bytes have come: so Jetty's selector knows the endpoint by now. */
    void bytesCame() {
        if (begun) return;
        begun = true;
        if (!isHttp1() || !(endPoint.getTransport() instanceof SelectableChannel channel)) return;
        for (ManagedSelector each : manager.getBeans(ManagedSelector.class)) {
            Selector selector = each.getSelector();
            SelectionKey found = selector == null ? null : channel.keyFor(selector);
            if (found != null && found.attachment() == endPoint) standAt(found);
        }
    }

    void standAt(SelectionKey found) {
        key = found;
        found.attach(this);
    }

    /** Or HTTP/2 before its first request; in clear text, for TLS stands in between. */
    private boolean isHttp1() {
        return endPoint.getConnection() instanceof ConnectionMetaData;
    }

    /**
     * The endpoint waits until more can be written, and may count on the selector to look at its
     * interests when that has gone through what came; where they are kept it did not.
     */
    void awaitsWrite() {
        SelectionKey known = key;
        if (known == null) return;
        selectable.updateKey();
        known.selector().wakeup();
    }

    // ---- for the selector

    @Override
    public @Nullable Runnable onSelected() {
        SelectionKey selected = key;
        boolean reads = selected != null && selected.readyOps() == SelectionKey.OP_READ;
        boolean awaited = !reads || readers.isInterested();
        if (cautious > 0) cautious--;
        else kept = reads && awaited && isHttp1() && !isQueueing() && watch.readForConnection();
        Runnable task = selectable.onSelected();
        if (reads && reading.outstanding) return null; // which tells whoever waits by then
        if (kept) {
            reading.outstanding = true;
            return reading;
        }
        if (awaited) return task;
        cautious = CAUTION;
        // T1, a connection, says that it waits and then that it wants reads. T2, we, take reads
        // away and then look whether it waits. So it is told now, or its wish comes after.
        return readers.isInterested() ? task : null;
    }

    /** Bytes that wait for a thread too had better do so in the kernel. */
    private boolean isQueueing() {
        return executor instanceof QueuedThreadPool pool && pool.getQueueSize() > 0;
    }

    @Override
    public void updateKey() {
        if (kept) kept = false;
        else selectable.updateKey();
    }

    @Override
    public void replaceKey(SelectionKey newKey) {
        key = newKey;
        selectable.replaceKey(newKey);
    }

    /**
     * A selector that stops first closes connections, and then what is left of them. One that goes
     * on has met a socket that somebody else has closed, who tells the connection why.
     */
    @Override
    public void close() {
        boolean first = !manager.isRunning() && !closing;
        Connection connection = first ? endPoint.getConnection() : null;
        closing |= first;
        IO.close(connection == null ? endPoint : connection);
    }

    @Override
    public String toString() {
        return endPoint.toString();
    }

    /**
     * Tells the connection that its bytes are here. There is one at a time: more bytes may come
     * before it has its turn, as they could not were the interest taken away.
     */
    private final class Reading implements Invocable.Task, Closeable {
        private volatile boolean outstanding;

        @Override
        public void run() {
            outstanding = false; // first: what comes from now on may have to be told too
            readers.fillable();
        }

        @Override
        public InvocationType getInvocationType() {
            return readers.getCallbackInvocationType();
        }

        /** There is no thread for it. */
        @Override
        public void close() {
            outstanding = false;
            endPoint.close();
        }

        @Override
        public String toString() {
            return "Reading[" + endPoint + "]";
        }
    }
}
