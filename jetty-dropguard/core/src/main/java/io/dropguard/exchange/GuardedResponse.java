package io.dropguard.exchange;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The response as the application sees it. A heartbeat, or an answer in the application's place,
 * commits it as if the application had.
 */
final class GuardedResponse extends Response.Wrapper {
    private final ResponseGate gate;
    private final HttpFields.Mutable headers;

    GuardedResponse(Request request, Response response, ResponseGate gate) {
        super(request, response);
        this.gate = gate;
        this.headers = new LockedHeaders(response.getHeaders(), gate);
    }

    @Override
    public HttpFields.Mutable getHeaders() {
        return headers;
    }

    @Override
    public void setStatus(int status) {
        synchronized (gate) {
            if (!gate.isFrozen()) super.setStatus(status);
        }
    }

    @Override
    public boolean isCommitted() {
        return gate.isFrozen() || super.isCommitted();
    }

    @Override
    public void reset() {
        synchronized (gate) {
            if (gate.isFrozen())
                throw new IllegalStateException("response committed (expected: reset before)");
            super.reset();
        }
    }

    @Override
    public void write(boolean last, ByteBuffer content, Callback callback) {
        gate.write(last, content, callback);
    }
}
