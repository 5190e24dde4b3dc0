package io.dropguard.exchange;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The response as the application sees it, and the callback to tell when it has answered, or
 * failed. A heartbeat, or an answer in the application's place, commits it as if the application
 * had.
 */
final class GuardedResponse extends Response.Wrapper implements Callback {
    private final LockedHeaders headers; // which know the gate: every request has one of these

    GuardedResponse(Request request, Response response, ResponseGate gate) {
        super(request, response);
        this.headers = new LockedHeaders(response, gate);
    }

    private ResponseGate gate() {
        return headers.gate();
    }

    @Override
    public HttpFields.Mutable getHeaders() {
        return headers;
    }

    @Override
    public void setStatus(int status) {
        gate().setStatus(status);
    }

    @Override
    public @Nullable Supplier<HttpFields> getTrailersSupplier() {
        return gate().getTrailersSupplier();
    }

    @Override
    public void setTrailersSupplier(@Nullable Supplier<HttpFields> trailers) {
        gate().setTrailersSupplier(trailers);
    }

    @Override
    public CompletableFuture<Void> writeInterim(int status, HttpFields headers) {
        return gate().writeInterim(status, headers);
    }

    @Override
    public boolean isCommitted() {
        return gate().isFrozen() || super.isCommitted();
    }

    @Override
    public void reset() {
        synchronized (gate()) {
            if (gate().isFrozen())
                throw new IllegalStateException("response committed (expected: reset before)");
            super.reset();
        }
    }

    @Override
    public void write(boolean last, ByteBuffer content, Callback callback) {
        gate().write(last, content, callback);
    }

    @Override
    public void succeeded() {
        gate().complete(null);
    }

    @Override
    public void failed(Throwable failure) {
        gate().complete(failure);
    }

    @Override
    public InvocationType getInvocationType() {
        return gate().invocationType();
    }
}
