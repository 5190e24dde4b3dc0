package io.dropguard.exchange;

import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;

/**
 * Tells whether an HTTP/2 stream has ended before anybody could listen. Only loaded where there is
 * one: who has no HTTP/2 on the class path needs none.
 */
final class ResetStream {
    private ResetStream() {}

    /**
     * Whether the request's client has reset it. To be asked by who has just registered for
     * failures: Jetty takes no listener for a request that has failed, and says nothing.
     */
    static boolean carried(Request request) {
        // T1, a reset: ends the stream, then fails the request. T2, we: register, then look at the
        // stream. Whichever way they meet, the listener is called or the stream has ended.
        Connection connection = request.getConnectionMetaData().getConnection();
        if (!(connection instanceof HTTP2Connection multiplexed)) return false;
        HTTP2Stream stream = multiplexed.getSession().getStream(Integer.parseInt(request.getId()));
        return stream == null || stream.isResetOrFailed();
    }
}
