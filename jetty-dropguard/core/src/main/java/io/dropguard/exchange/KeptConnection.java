package io.dropguard.exchange;

import io.dropguard.connector.ConnectionLife;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/**
 * What an answer says of the connection that it is sent on: how long it is kept, or that it is not.
 */
final class KeptConnection {
    private KeptConnection() {}

    /** Called when a request has come, before it is handled. */
    static void announce(
            ConnectionLife life, boolean multiplexed, Request request, Response response) {
        if (life.isLastRequest()) {
            if (multiplexed) GoAway.say(request);
            else response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
            return;
        }
        HttpField promise = life.promise();
        if (promise != null && !multiplexed && isPersistent(request))
            response.getHeaders().add(promise);
    }

    private static boolean isPersistent(Request request) {
        return request.getConnectionMetaData().isPersistent();
    }
}
