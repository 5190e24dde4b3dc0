package io.dropguard.log;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
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
        Sent cancelled = sending;
        if (cancelled == null) exchange.writeFailed(cause);
        else cancelled.isFailing(cause);
        return super.cancelSend(cause, appCallback);
    }

    @Override
    public void succeeded() {
        exchange.ended(null); // first: Jetty recycles what we are about to look at
        super.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        exchange.ended(failure);
        super.failed(failure);
    }

    private static final class Sent extends Callback.Nested {
        private final LoggedExchange exchange;
        private final @Nullable ByteBuffer content;
        private final int length;
        private final boolean last;
        private boolean told; // that it is sent; guarded by this

        Sent(
                Callback callback,
                LoggedExchange exchange,
                @Nullable ByteBuffer content,
                boolean last) {
            super(callback);
            this.exchange = exchange;
            this.content = content;
            this.length = BufferUtil.length(content);
            this.last = last;
        }

        @Override
        public void succeeded() {
            if (isFirst()) exchange.sent(length, last);
            super.succeeded();
        }

        @Override
        public void failed(Throwable failure) {
            isFailing(failure);
            super.failed(failure);
        }

        /** It is told to fail, perhaps before the stream knows how it went. */
        void isFailing(Throwable failure) {
            // HTTP/2 has written it, and the client may have read it and left before we are told:
            // then this comes in the place of the success.
            boolean written = length > 0 && BufferUtil.isEmpty(content);
            if (!last || !written || !exchange.isMultiplexed()) exchange.writeFailed(failure);
            else if (isFirst()) exchange.sent(length, true);
        }

        private synchronized boolean isFirst() {
            boolean first = !told;
            told = true;
            return first;
        }
    }
}
