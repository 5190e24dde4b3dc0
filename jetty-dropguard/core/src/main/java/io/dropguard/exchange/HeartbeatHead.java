package io.dropguard.exchange;

import io.dropguard.heartbeat.Heartbeat;
import io.dropguard.heartbeat.HeartbeatConfig;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ContextResponse;
import org.jspecify.annotations.Nullable;

/**
 * The status and headers that a first heartbeat commits: whether they allow one, and what it adds.
 * Confined to the lock of its {@link ResponseGate}.
 */
final class HeartbeatHead {
    /** The trailer field that tells how a response really ended whose status was sent too early. */
    private static final String STATUS_TRAILER = "DropGuard-Status";

    /** Header fields that tell a sum of the body's bytes. */
    private static final List<String> DIGESTS =
            List.of("Content-MD5", "Digest", "Content-Digest", "Repr-Digest");

    private final Request request;
    private final Response response; // Jetty's own, or of a handler outside
    private final boolean multiplexed;
    private volatile int finalStatus;
    private volatile @Nullable Supplier<HttpFields> applications; // trailers
    private boolean tells; // our trailer field

    HeartbeatHead(Request request, Response response, boolean multiplexed) {
        this.request = request;
        this.response = response;
        this.multiplexed = multiplexed;
    }

    /**
     * Whether this response can carry bytes that the application did not write.
     *
     * @param requestRead the application has read of the request, so its client was told to
     *     continue
     */
    boolean isLegal(boolean requestRead) {
        int status = response.getStatus();
        HttpFields headers = response.getHeaders();
        return mayContinue(requestRead)
                && !mayBeEncoded()
                && !HttpMethod.HEAD.is(request.getMethod())
                && !HttpMethod.CONNECT.is(request.getMethod())
                && !request.getHeaders().contains(HttpHeader.RANGE)
                && (status == 0 || hasBody(status))
                && !headers.contains(HttpHeader.CONTENT_LENGTH)
                && !headers.contains(HttpHeader.CONTENT_ENCODING)
                && !headers.contains(HttpHeader.CONTENT_RANGE)
                && DIGESTS.stream().noneMatch(headers::contains);
    }

    /** HTTP/1.0 knows no interim responses. */
    boolean isInterimLegal(boolean requestRead) {
        return mayContinue(requestRead)
                && !response.isCommitted()
                && request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_1_0;
    }

    private boolean mayContinue(boolean requestRead) {
        return requestRead || !request.getHeaders().contains(HttpHeader.EXPECT);
    }

    /**
     * A handler outside may compress what we send, and then keeps it for long; one inside sees no
     * Accept-Encoding.
     */
    private boolean mayBeEncoded() {
        return isWrapped() && request.getHeaders().contains(HttpHeader.ACCEPT_ENCODING);
    }

    private boolean isWrapped() {
        Response each = response;
        while (each instanceof Response.Wrapper wrapper) {
            if (!(each instanceof ContextResponse)) return true;
            each = wrapper.getWrapped(); // a context changes no bytes
        }
        return false;
    }

    private static boolean hasBody(int status) {
        return status >= HttpStatus.OK_200
                && status != HttpStatus.NO_CONTENT_204
                && status != HttpStatus.RESET_CONTENT_205
                && !HttpStatus.isRedirection(status); // 304 too
    }

    /**
     * What the content type allows; null while there is none that allows any. The configured one
     * counts only if a heartbeat is to commit it, and not the application's first write.
     */
    @Nullable Heartbeat choose(HeartbeatConfig config, boolean commits) {
        String contentType = response.getHeaders().get(HttpHeader.CONTENT_TYPE);
        if (contentType == null && commits) contentType = config.contentType();
        return contentType == null ? null : Heartbeat.forContentType(contentType, config.xml());
    }

    /** Completes the head as the first heartbeat is to commit it. */
    void prepare(HeartbeatConfig config) {
        HttpFields.Mutable headers = response.getHeaders();
        if (config.contentType() != null && !headers.contains(HttpHeader.CONTENT_TYPE))
            headers.put(HttpHeader.CONTENT_TYPE, config.contentType());
        if (config.status() != 0 && response.getStatus() == 0) response.setStatus(config.status());
        if (!takesTrailers()) return;
        if (!multiplexed) headers.add(HttpHeader.TRAILER, STATUS_TRAILER);
        applications = response.getTrailersSupplier();
        response.setTrailersSupplier(this::trailers);
        tells = true;
    }

    /** Completes the head of an answer in the application's place. */
    void prepareAnswer(int status) {
        response.reset();
        response.setStatus(status);
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(HttpHeader.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE);
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        // The thread may be busy for long, and the connection with it.
        if (!multiplexed) headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
    }

    /** The application's trailers, which ours join. */
    void setTrailersSupplier(@Nullable Supplier<HttpFields> trailers) {
        if (tells) applications = trailers;
        else response.setTrailersSupplier(trailers);
    }

    @Nullable Supplier<HttpFields> getTrailersSupplier() {
        return tells ? applications : response.getTrailersSupplier();
    }

    /** HTTP/1.1 clients have to say that they want trailer fields (RFC 9110, section 10.1.4). */
    private boolean takesTrailers() {
        if (multiplexed) return true;
        return request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1
                && request.getHeaders().contains(HttpHeader.TE, "trailers");
    }

    private HttpFields trailers() {
        int status = finalStatus == 0 ? response.getStatus() : finalStatus;
        HttpFields.Mutable trailers = HttpFields.build();
        Supplier<HttpFields> others = applications;
        HttpFields added = others == null ? null : others.get();
        if (added != null) trailers.add(added);
        return trailers.put(new HttpField(STATUS_TRAILER, Integer.toString(status)));
    }

    /** How it really ended. */
    void finalStatus(int status) {
        finalStatus = status;
    }
}
