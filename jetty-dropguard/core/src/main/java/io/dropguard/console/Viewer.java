package io.dropguard.console;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Somebody who has the page open. Told by the console's thread; its writes end on any.
 *
 * <p>Nothing is queued: who does not read is told again when it does.
 */
final class Viewer {
    //  READY ◀──▶ WRITING ──▶ GONE        READY ──▶ GONE
    private enum State {
        READY,
        WRITING,
        GONE
    }

    private final ConnectionQuery query;
    private final Response response;
    private final Callback callback;
    private final AtomicReference<State> state = new AtomicReference<>(State.READY);

    Viewer(ConnectionQuery query, Response response, Callback callback) {
        this.query = query;
        this.response = response;
        this.callback = callback;
    }

    ConnectionQuery query() {
        return query;
    }

    boolean isReady() {
        return state.get() == State.READY;
    }

    boolean isGone() {
        return state.get() == State.GONE;
    }

    void send(String events) {
        if (!state.compareAndSet(State.READY, State.WRITING)) return;
        ByteBuffer bytes = ByteBuffer.wrap(events.getBytes(StandardCharsets.UTF_8));
        Callback written =
                Callback.from(
                        Callback.InvocationType.NON_BLOCKING,
                        () -> state.compareAndSet(State.WRITING, State.READY),
                        this::failed);
        try {
            response.write(false, bytes, written);
        } catch (RuntimeException recycled) {
            written.failed(recycled);
        }
    }

    private void failed(Throwable failure) {
        if (state.getAndSet(State.GONE) != State.GONE) callback.failed(failure);
    }

    /** The server stops; a write under way is left to it. */
    void close() {
        if (state.compareAndSet(State.READY, State.GONE))
            response.write(true, BufferUtil.EMPTY_BUFFER, callback);
    }
}
