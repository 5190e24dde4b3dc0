package io.dropguard.exchange;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * The response as the application sees it: it knows when the answer is handed down, or cannot be.
 */
final class GuardedResponse extends Response.Wrapper {
    private final GuardedExchange exchange;
    private long written; // writes of one response follow one another

    GuardedResponse(Request request, Response response, GuardedExchange exchange) {
        super(request, response);
        this.exchange = exchange;
    }

    @Override
    public void write(boolean last, ByteBuffer content, Callback callback) {
        // A client that has read the whole answer may close before we hear that it was written, so
        // the answer counts as given when it is handed down.
        if (last || isWhole(content)) exchange.answering();
        super.write(last, content, new FailureCallback(content, callback));
    }

    /**
     * Whether these bytes are the last of a declared length, though the application may write on.
     */
    private boolean isWhole(ByteBuffer content) {
        int length = BufferUtil.length(content);
        if (length == 0) return false;
        written += length;
        long declared = getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        return declared >= 0 && written >= declared;
    }

    private final class FailureCallback extends Callback.Nested {
        private final ByteBuffer content;

        FailureCallback(ByteBuffer content, Callback callback) {
            super(callback);
            this.content = content;
        }

        @Override
        public void failed(Throwable failure) {
            exchange.writeFailed(failure, BufferUtil.hasContent(content));
            super.failed(failure);
        }
    }
}
