package io.dropguard.exchange;

import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Request;

/**
 * Says on an HTTP/2 connection that it is about to end. Only loaded where there is one: who has no
 * HTTP/2 on the class path needs none.
 */
final class GoAway {
    private GoAway() {}

    /**
     * In two steps: first that there will be no more, with which streams that are on their way are
     * still served; then, once all are answered, which was the last. Idempotent.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // its end is that of the connection
    static void say(Request request) {
        Connection connection = request.getConnectionMetaData().getConnection();
        if (!(connection instanceof HTTP2Connection multiplexed)) return;
        multiplexed.getSession().shutdown();
    }
}
