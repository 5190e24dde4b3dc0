package io.dropguard.log;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * What the log has seen of one exchange so far. Thread-safe: its parts are told by one thread after
 * another, and a server that stops ends it from yet another.
 */
final class LoggedExchange {
    private final ExchangeLog log;
    private final Request request;
    private final String id;
    private final long startMillis;
    private final long startNanos;
    private final ConnectionFacts connection; // from its start: a closed socket knows none
    private final boolean sampled;
    private final AtomicBoolean ended = new AtomicBoolean(); // T1 completes, T2 stops the server

    private final BodyCapture requestBody;
    private volatile @Nullable BodyCapture responseBody; // once the answer has begun
    private volatile MetaData.@Nullable Response response;
    private volatile @Nullable Throwable readFailure; // what the transport said
    private volatile @Nullable Throwable writeFailure; // likewise
    private volatile @Nullable Throwable thrown; // what the application said
    private volatile boolean wholeRequest;
    private volatile boolean lastHandedDown;
    private volatile boolean wholeResponse;
    private long bytesWritten; // guarded by this
    private volatile long firstByteNanos;

    LoggedExchange(ExchangeLog log, Request request, String id, long startMillis) {
        HttpFields headers = request.getHeaders();
        this.log = log;
        this.request = request;
        this.id = id;
        this.startMillis = startMillis;
        this.startNanos = request.getBeginNanoTime();
        this.connection = ConnectionFacts.of(request.getConnectionMetaData());
        this.sampled = log.config().sampling().keepsCompleted(id);
        this.requestBody =
                new BodyCapture(
                        log.config().bodies(),
                        headers.get(HttpHeader.CONTENT_TYPE),
                        headers.get(HttpHeader.CONTENT_ENCODING));
    }

    // ---- what happens

    void read(@Nullable ByteBuffer content, boolean last) {
        requestBody.add(content);
        if (last) wholeRequest = true;
    }

    void readFailed(Throwable failure) {
        if (readFailure == null) readFailure = failure;
    }

    void sending(MetaData.@Nullable Response metaData, @Nullable ByteBuffer content, boolean last) {
        if (last) lastHandedDown = true;
        if (metaData != null && !HttpStatus.isInterim(metaData.getStatus())) {
            HttpFields headers = metaData.getHttpFields();
            response = metaData;
            responseBody =
                    new BodyCapture(
                            log.config().bodies(),
                            headers.get(HttpHeader.CONTENT_TYPE),
                            headers.get(HttpHeader.CONTENT_ENCODING));
        }
        if (firstByteNanos == 0) firstByteNanos = System.nanoTime();
        BodyCapture body = responseBody;
        if (body != null && !isHead()) body.add(content);
    }

    void sent(int length, boolean last) {
        addWritten(length);
        if (last) wholeResponse = true;
    }

    private synchronized void addWritten(long length) {
        bytesWritten += length;
    }

    void writeFailed(Throwable failure) {
        if (writeFailure == null) writeFailure = failure;
    }

    /** The application threw, or failed the callback of its exchange. */
    void thrown(Throwable failure) {
        if (thrown == null) thrown = failure;
    }

    /** Jetty answered it without us. */
    void rejected(MetaData.Response answer, long length) {
        response = answer;
        addWritten(Math.max(0, length));
        if (!ended.compareAndSet(false, true)) return;
        Outcome outcome = answer.getStatus() >= 400 ? Outcome.REJECTED : Outcome.COMPLETED;
        log.ended(
                this,
                () ->
                        guard().reason().isPresent()
                                ? Ending.of(this, null)
                                : Ending.of(outcome, null));
    }

    /** Jetty has done with it. */
    void ended(@Nullable Throwable failure) {
        if (ended.compareAndSet(false, true)) log.ended(this, () -> Ending.of(this, failure));
    }

    /** Its stream has ended, and what is left to be known of it comes soon, or not at all. */
    void endsLater(Runnable notAtAll) {
        log.later(notAtAll);
    }

    /** The server stops and does not wait for it. */
    void stopped() {
        if (ended.compareAndSet(false, true)) log.ended(this, () -> Ending.stopped(this));
    }

    // ---- what is known

    String id() {
        return id;
    }

    Request request() {
        return request;
    }

    ConnectionFacts connection() {
        return connection;
    }

    boolean isSampled() {
        return sampled;
    }

    /** Whether its connection is closed because the server stops, and no longer waits for it. */
    boolean isServerStopping() {
        return !request.getConnectionMetaData().getConnector().isRunning();
    }

    boolean isMultiplexed() {
        HttpVersion version = request.getConnectionMetaData().getHttpVersion();
        return version.getVersion() > HttpVersion.HTTP_1_1.getVersion();
    }

    boolean isHead() {
        return HttpMethod.HEAD.is(request.getMethod());
    }

    long startMillis() {
        return startMillis;
    }

    long startNanos() {
        return startNanos;
    }

    GuardFacts guard() {
        return GuardFacts.of(request);
    }

    /** The answer's status, or 0 if it was never begun. */
    int status() {
        MetaData.Response begun = response;
        return begun == null ? 0 : begun.getStatus();
    }

    MetaData.@Nullable Response response() {
        return response;
    }

    BodyCapture requestBody() {
        return requestBody;
    }

    @Nullable BodyCapture responseBody() {
        return responseBody;
    }

    /** The size that the request's body has, as far as that is known: declared, or counted. */
    long requestSize() {
        long declared = request.getLength();
        if (declared >= 0) return declared;
        return wholeRequest || requestBody.total() > 0 ? requestBody.total() : 0;
    }

    long bytesRead() {
        return requestBody.total();
    }

    synchronized long bytesWritten() {
        return bytesWritten;
    }

    /** When the answer's first byte was handed down, or 0 if none was. */
    long firstByteNanos() {
        return firstByteNanos;
    }

    boolean isWholeRequest() {
        return wholeRequest;
    }

    /** Whether its last bytes may be with the client already, though nobody has told us yet. */
    boolean isEnding() {
        return lastHandedDown;
    }

    boolean isWholeResponse() {
        return wholeResponse;
    }

    @Nullable Throwable readFailure() {
        return readFailure;
    }

    @Nullable Throwable writeFailure() {
        return writeFailure;
    }

    /** What the application threw, also where a servlet container has made an error page of it. */
    @Nullable Throwable thrown() {
        Throwable seen = thrown;
        if (seen != null) return seen;
        return request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof Throwable shown
                ? shown
                : null;
    }

    @Override
    public String toString() {
        return "LoggedExchange[" + id + "]";
    }
}
