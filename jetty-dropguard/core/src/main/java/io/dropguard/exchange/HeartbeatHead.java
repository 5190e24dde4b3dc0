package io.dropguard.exchange;

import io.dropguard.heartbeat.Heartbeat;
import io.dropguard.heartbeat.HeartbeatConfig;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * The status and headers that a first heartbeat commits: whether they allow one, and what it adds.
 * Confined to the lock of its {@link ResponseGate}.
 */
final class HeartbeatHead {
    /** The trailer field that tells how a response really ended whose status was sent too early. */
    private static final String STATUS_TRAILER = "DropGuard-Status";

    private final Request request;
    private final Response response; // Jetty's own
    private final boolean multiplexed;
    private volatile int finalStatus;

    HeartbeatHead(Request request, Response response, boolean multiplexed) {
        this.request = request;
        this.response = response;
        this.multiplexed = multiplexed;
    }

    /** Whether this response can carry bytes that the application did not write. */
    boolean isLegal() {
        int status = response.getStatus();
        HttpFields headers = response.getHeaders();
        return !HttpMethod.HEAD.is(request.getMethod())
                && !request.getHeaders().contains(HttpHeader.RANGE)
                && (status == 0 || hasBody(status))
                && !headers.contains(HttpHeader.CONTENT_LENGTH)
                && !headers.contains(HttpHeader.CONTENT_ENCODING)
                && !headers.contains(HttpHeader.CONTENT_RANGE);
    }

    private static boolean hasBody(int status) {
        return status >= HttpStatus.OK_200
                && status != HttpStatus.NO_CONTENT_204
                && status != HttpStatus.RESET_CONTENT_205
                && !HttpStatus.isRedirection(status); // 304 too
    }

    /** What the content type allows; null while there is none that allows any. */
    @Nullable Heartbeat choose(HeartbeatConfig config) {
        String contentType = response.getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (contentType == null) contentType = config.contentType();
        return contentType == null ? null : Heartbeat.forContentType(contentType, config.xml());
    }

    /** Completes the head as the first heartbeat is to commit it. */
    void prepare(HeartbeatConfig config) {
        HttpFields.Mutable headers = response.getHeaders();
        if (config.contentType() != null && !headers.contains(HttpHeader.CONTENT_TYPE))
            headers.put(HttpHeader.CONTENT_TYPE, config.contentType());
        if (config.status() != 0 && response.getStatus() == 0) response.setStatus(config.status());
        if (takesTrailers() && response.getTrailersSupplier() == null) {
            if (!multiplexed) headers.put(HttpHeader.TRAILER, STATUS_TRAILER);
            response.setTrailersSupplier(this::trailers);
        }
    }

    /** HTTP/1.1 clients have to say that they want trailer fields (RFC 9110, section 10.1.4). */
    private boolean takesTrailers() {
        return multiplexed || request.getHeaders().contains(HttpHeader.TE, "trailers");
    }

    private HttpFields trailers() {
        int status = finalStatus == 0 ? response.getStatus() : finalStatus;
        return HttpFields.build().add(new HttpField(STATUS_TRAILER, Integer.toString(status)));
    }

    /** How it really ended. */
    void finalStatus(int status) {
        finalStatus = status;
    }
}
