package io.dropguard.exchange;

import io.dropguard.connector.ClientWatch;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a message so that nobody takes it for whole: no last chunk, or a reset stream. */
final class BrokenMessage {
    private static final Logger LOG = LoggerFactory.getLogger(BrokenMessage.class);

    private BrokenMessage() {}

    /**
     * @param wire beneath the connection, if that is HTTP/1 and guarded
     * @param response Jetty's own
     * @param end of the exchange: of one that is over there is nothing to break off
     */
    static void breakOff(
            Request request,
            Response response,
            @Nullable ClientWatch wire,
            ExchangeEnd end,
            Throwable cause) {
        HttpVersion version = request.getConnectionMetaData().getHttpVersion();
        if (version.getVersion() > HttpVersion.HTTP_1_1.getVersion())
            resetStream(request, end, cause);
        else if (wire != null && endsWithConnection(request, response, version)) wire.reset();
        else request.getConnectionMetaData().getConnection().getEndPoint().close(cause);
    }

    /** HTTP/1: whether the end of the connection would be the end of the message. */
    private static boolean endsWithConnection(
            Request request, Response response, HttpVersion version) {
        if (response.getHeaders().contains(HttpHeader.CONTENT_LENGTH)) return false;
        return version == HttpVersion.HTTP_1_0
                || isClose(request.getHeaders())
                || isClose(response.getHeaders()); // then Jetty sends no chunks
    }

    private static boolean isClose(HttpFields headers) {
        return headers.contains(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
    }

    private static void resetStream(Request request, ExchangeEnd end, Throwable cause) {
        try {
            HttpStream stream = end.reach(() -> streamOf(request));
            if (stream != null) stream.cancelSend(cause, Callback.NOOP).run();
        } catch (IllegalStateException completed) {
            LOG.trace("completed by somebody else", completed);
        }
    }

    private static @Nullable HttpStream streamOf(Request request) {
        AtomicReference<@Nullable HttpStream> current = new AtomicReference<>();
        request.addHttpStreamWrapper(
                stream -> {
                    current.set(stream);
                    return stream;
                });
        return current.get();
    }
}
