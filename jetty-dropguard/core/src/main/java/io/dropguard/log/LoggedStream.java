package io.dropguard.log;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Watches an exchange beneath all handlers, where Jetty reads requests and writes answers, error
 * pages included. What passes is looked at, never changed or held. Reads follow one another, and so
 * do writes.
 */
final class LoggedStream extends HttpStream.Wrapper {
    private final LoggedExchange exchange;
    private volatile @Nullable Sent sending; // the last one

    LoggedStream(HttpStream wrapped, LoggedExchange exchange) {
        super(wrapped);
        this.exchange = exchange;
    }

    /** The exchange that a log watches, or null if none watches it. */
    static @Nullable LoggedExchange find(Request request) {
        Finder finder = new Finder();
        request.addHttpStreamWrapper(finder::look);
        return finder.found;
    }

    /** Looks through the wrappers of a stream, and adds none. */
    private static final class Finder {
        private @Nullable LoggedExchange found;

        HttpStream look(HttpStream stream) {
            HttpStream next = stream;
            while (next instanceof HttpStream.Wrapper wrapper) {
                if (wrapper instanceof LoggedStream logged) {
                    found = logged.exchange;
                    break;
                }
                next = wrapper.getWrapped();
            }
            return stream;
        }
    }

    @Override
    public Content.@Nullable Chunk read() {
        Content.Chunk chunk = super.read();
        if (chunk == null) return null;
        if (Content.Chunk.isFailure(chunk)) exchange.readFailed(chunk.getFailure());
        else exchange.read(chunk.getByteBuffer(), chunk.isLast());
        return chunk;
    }

    @Override
    public void send(
            MetaData.Request request,
            MetaData.@Nullable Response response,
            boolean last,
            @Nullable ByteBuffer content,
            Callback callback) {
        exchange.sending(response, content, last);
        Sent sent = new Sent(callback, exchange, content, last);
        sending = sent;
        super.send(request, response, last, content, sent);
    }

    @Override
    public Runnable cancelSend(Throwable cause, Callback appCallback) {
        exchange.writeFailed(cause);
        Sent cancelled = sending;
        if (cancelled == null) return super.cancelSend(cause, appCallback);
        return super.cancelSend(cause, cancelled.cancelling(cause, appCallback));
    }

    @Override
    public void succeeded() {
        exchange.ended(null); // first: Jetty recycles what we are about to look at
        super.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        Sent write = sending;
        if (write == null || !write.isAwaited()) exchange.ended(failure);
        super.failed(failure);
    }
}
