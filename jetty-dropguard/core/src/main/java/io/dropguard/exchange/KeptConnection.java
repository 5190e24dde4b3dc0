package io.dropguard.exchange;

import io.dropguard.connector.ConnectionLife;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/**
 * What an answer says of the connection that it is sent on: how long it is kept, or that it is not.
 */
final class KeptConnection {
    /** One for each connector's idle timeout. */
    private static final ConcurrentMap<Integer, HttpField> PROMISES = new ConcurrentHashMap<>();

    private KeptConnection() {}

    /** Called when a request has come, before it is handled. */
    static void announce(
            ConnectionLife life, boolean multiplexed, Request request, Response response) {
        if (life.isLastRequest()) {
            if (multiplexed) GoAway.say(request);
            else response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
        } else if (!multiplexed && life.promisedSeconds() > 0 && isPersistent(request))
            response.getHeaders().add(promise(life.promisedSeconds()));
    }

    private static boolean isPersistent(Request request) {
        return request.getConnectionMetaData().isPersistent();
    }

    private static HttpField promise(int seconds) {
        return PROMISES.computeIfAbsent(
                seconds,
                promised -> new PreEncodedHttpField(HttpHeader.KEEP_ALIVE, "timeout=" + promised));
    }
}
