package io.dropguard.exchange;

import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.nio.ByteBuffer;
import java.nio.channels.WritePendingException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who writes the response: the application, heartbeats before it or between its records, or the
 * guard in its place. Thread-safe.
 *
 * <p>Application, timer and deadline race here and the lock decides: who takes it first while
 * nobody owns the response owns it. An application that comes while a heartbeat is being written
 * waits its turn; a heartbeat never waits. Jetty's own lock may be taken within this one, never the
 * other way round; writes and callbacks are called outside of both.
 */
final class ResponseGate extends GateState {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseGate.class);

    private final GuardedExchange exchange;
    private final Response response; // Jetty's own
    private final Callback callback; // Jetty's own

    // written under this
    private volatile @Nullable HeartbeatWriter heartbeats; // once there are any
    private @Nullable GuardAnswer answer; // in the application's place; read under this too

    ResponseGate(GuardedExchange exchange, Response response, Callback callback) {
        this.exchange = exchange;
        this.response = response;
        this.callback = callback;
    }

    /** Jetty's own. */
    Response response() {
        return response;
    }

    InvocationType invocationType() {
        return callback.getInvocationType(); // which takes a lock of Jetty's: for who asks
    }

    // ---- the application's side

    int heartbeats() {
        HeartbeatWriter writer = heartbeats;
        return writer == null ? 0 : writer.count();
    }

    synchronized void setStatus(int status) {
        if (!isFrozen()) response.setStatus(status);
        else if (isBegun()) head().finalStatus(status); // too late but for the trailer field
    }

    synchronized void setTrailersSupplier(@Nullable Supplier<HttpFields> trailers) {
        if (heartbeats == null) response.setTrailersSupplier(trailers);
        else head().setTrailersSupplier(trailers);
    }

    synchronized @Nullable Supplier<HttpFields> getTrailersSupplier() {
        return heartbeats == null ? response.getTrailersSupplier() : head().getTrailersSupplier();
    }

    void write(boolean last, @Nullable ByteBuffer content, Callback written) {
        Throwable refused;
        boolean whole = false;
        synchronized (this) {
            refused = refusal();
            if (refused == null && (isApplicationsTurn() || isWriteWaiting()))
                refused = new WritePendingException();
            if (refused == null) {
                HeartbeatWriter beating = expected();
                if (beating != null) beating.applicationWrites(content);
                giveToApplication();
                if (isTurnTaken()) {
                    setWriteWaits(true);
                    awaitTurn(() -> writeInTurn(last, content, written));
                    return;
                }
                whole = begin(last, content, written);
            }
        }
        if (refused == null) pass(last, whole, content);
        else written.failed(refused);
    }

    private void writeInTurn(boolean last, @Nullable ByteBuffer content, Callback written) {
        DeadlineExpiredException refused;
        boolean whole = false;
        synchronized (this) {
            setWriteWaits(false);
            refused = refusal(); // the deadline may have come while we waited for a heartbeat
            if (refused == null) whole = begin(last, content, written);
        }
        if (refused == null) pass(last, whole, content);
        else written.failed(refused);
    }

    // guarded by this; whether these bytes are the last, be it of a declared length only
    private boolean begin(boolean last, @Nullable ByteBuffer content, Callback written) {
        giveTurnToApplication(content, written);
        int length = BufferUtil.length(content);
        long declared =
                last || length == 0
                        ? -1
                        : response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        // Jetty has counted what was given before: heartbeats do not go with a declared length.
        return given(
                last
                        || (declared >= 0
                                && Response.getContentBytesWritten(response) + length >= declared));
    }

    private void pass(boolean last, boolean whole, @Nullable ByteBuffer content) {
        // A client that has read the whole answer may close before we hear that it was written, so
        // the answer counts as given when it is handed down.
        if (whole) exchange.answering();
        // The error page of a listener that did nothing: were it to fail, Jetty would call
        // AsyncListener.onError once more.
        if (last && exchange.isLossTold()) {
            succeeded();
            return;
        }
        exchange.writes();
        try {
            response.write(last, content, this);
        } catch (RuntimeException misused) {
            failed(misused);
        }
    }

    @Override
    void applicationWrote() {
        exchange.written();
        HeartbeatWriter writer = heartbeats;
        if (writer != null) writer.applicationWrote();
    }

    CompletableFuture<Void> writeInterim(int status, HttpFields headers) {
        return writer().writeInterim(status, headers);
    }

    // ---- the end

    /** The application has answered, or failed. */
    void complete(@Nullable Throwable failure) {
        GuardAnswer guards;
        boolean whole;
        synchronized (this) {
            guards = answer;
            if (!beginEnding() && guards == null) return;
            if (guards == null && isTurnTaken()) {
                awaitTurn(() -> end(failure));
                return;
            }
            whole = failure == null && refusal() == null;
        }
        if (guards != null) guards.applicationCompletes();
        else if (whole) succeed();
        else end(failure);
    }

    private void succeed() {
        exchange.over();
        callback.succeeded();
    }

    private void end(@Nullable Throwable failure) {
        DeadlineExpiredException expired;
        byte[] document = null;
        boolean cut;
        synchronized (this) {
            expired = refusal();
            cut = isBroken();
            if (failure != null && isUnclaimed() && isFrozen()) { // by heartbeats
                cut = true;
                document = writer().lateFailure(failure);
            }
        }
        if (document != null) {
            if (!QuietException.isQuiet(failure)) LOG.warn("Failed after heartbeats", failure);
            exchange.answering();
            response.write(true, ByteBuffer.wrap(document), new LastWords(exchange, callback));
            return;
        }
        if (expired != null) ExchangeTimes.expired(exchange, expired);
        Throwable told = expired == null ? failure : expired;
        if (told == null) {
            succeed();
            return;
        }
        // The body cannot tell. It must not pass for a whole one, though the end of the message be
        // that of the connection, or Jetty be told before the deadline cuts it off.
        if (cut) exchange.breakOff(response, told);
        exchange.over();
        callback.failed(exchange.quiet(told));
    }

    /** The application will not call back: nobody works for the exchange any more. */
    synchronized void abandon() {
        if (answer != null) answer.applicationIsGone();
    }

    /**
     * Jetty is to answer in the application's place.
     *
     * @return false if it must not, because this response has begun
     */
    synchronized boolean release() {
        return isUntouched() && isTurnFree() && beginEnding();
    }

    /** Whether the guard answers in the application's place. */
    synchronized boolean isGuards() {
        return answer != null;
    }

    @Override
    void writeFailed(Throwable failure, boolean unsent) {
        synchronized (this) {
            if (isBroken()) return; // by ourselves: no news
        }
        ExchangeLoss.byWrite(exchange, failure, unsent);
    }

    // ---- heartbeats

    // guarded by this; they see the application's bytes from the first, or there are none
    private @Nullable HeartbeatWriter expected() {
        boolean wanted = exchange.heartbeatConfig().mode() == HeartbeatMode.AUTO;
        return heartbeats == null && wanted ? writer() : heartbeats;
    }

    private synchronized HeartbeatWriter writer() {
        HeartbeatWriter writer = heartbeats;
        if (writer == null) heartbeats = writer = new HeartbeatWriter(this, exchange, response);
        return writer;
    }

    // guarded by this
    private HeartbeatHead head() {
        return writer().head();
    }

    /**
     * Sends a heartbeat if one is legal now.
     *
     * @return nanoseconds until the next may be due, or -1 if there will be none
     */
    long beat(HeartbeatConfig config) {
        return writer().beat(config);
    }

    // ---- the deadline

    /**
     * The time is over: answers in the application's place if it has not begun to, and else sees to
     * it that nobody takes what was sent for the whole.
     *
     * @return what is left to do once the token is cancelled; null if the response has ended, or
     *     another call has decided how it does
     */
    synchronized @Nullable Runnable expire(DeadlineExpiredException expired, int status) {
        if (!isGoingOn()) return null;
        refuse(expired);
        byte[] document =
                isUnclaimed()
                        ? writer().document(
                                        new ProblemDocument(status, expired.reason().describe()))
                        : null;
        if (document == null) {
            breakOff();
            return () -> exchange.breakOff(response, expired);
        }
        giveToGuard();
        head().finalStatus(status);
        if (!isFrozen()) head().prepareAnswer(status);
        freeze();
        GuardAnswer given = new GuardAnswer(exchange, response, callback, expired);
        answer = given;
        if (!isTurnTaken()) return () -> given.write(document);
        awaitTurn(() -> given.write(document));
        return () -> {};
    }
}
