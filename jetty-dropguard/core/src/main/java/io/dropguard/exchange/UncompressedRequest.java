package io.dropguard.exchange;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request whose response may carry heartbeats. One commits the response before anybody can
 * compress it, so nobody is to try.
 */
final class UncompressedRequest extends GuardedRequest {
    private @Nullable HttpFields headers;

    UncompressedRequest(Request request, GuardedExchange exchange) {
        super(request, exchange);
    }

    @Override
    public HttpFields getHeaders() {
        HttpFields all = super.getHeaders();
        if (!all.contains(HttpHeader.ACCEPT_ENCODING)) return all;
        if (headers == null)
            headers = HttpFields.build(all).remove(HttpHeader.ACCEPT_ENCODING).asImmutable();
        return headers;
    }
}
