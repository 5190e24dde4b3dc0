package io.dropguard.exchange;

import io.dropguard.cancel.Ticker;
import io.dropguard.heartbeat.Heartbeat;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.nio.ByteBuffer;
import java.nio.channels.WritePendingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
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
final class ResponseGate {
    private static final Logger LOG = LoggerFactory.getLogger(ResponseGate.class);

    //  NOBODY ──application writes──▶ APPLICATION ──deadline──▶ BROKEN
    //    └─────────deadline──▶ GUARD
    private enum Owner {
        NOBODY,
        APPLICATION,
        GUARD,
        BROKEN
    }

    private final GuardedExchange exchange;
    private final Response response; // Jetty's own
    private final Callback callback; // Jetty's own
    private final Request request;
    private final Ticker ticker;
    private volatile boolean requestRead; // of the request's body

    // all guarded by this
    private final WriteTurn turn = new WriteTurn();
    private Owner owner = Owner.NOBODY;
    private boolean frozen; // a heartbeat or the guard has fixed status and headers
    private boolean writeWaits; // the application's bytes wait for a heartbeat to be written
    private long given; // bytes of the application
    private boolean lastGiven; // the application has handed down its last bytes
    private boolean ending; // the application has answered or failed, and it or we will say so
    private boolean answered; // the guard's answer is written
    private boolean applicationDone; // and the application will not use the request any more
    private boolean over; // Jetty's callback was called, or is about to be
    private int beats;
    private @Nullable HeartbeatHead head; // once it is needed
    private long lastWriteNanos; // of the application
    private @Nullable Heartbeat heartbeat; // once it is known which
    private @Nullable DeadlineExpiredException refusal; // for what the application writes too late

    ResponseGate(
            GuardedExchange exchange,
            Request request,
            Response response,
            Callback callback,
            Ticker ticker) {
        this.ticker = ticker;
        this.exchange = exchange;
        this.response = response;
        this.callback = callback;
        this.request = request;
    }

    // guarded by this
    private HeartbeatHead head() {
        if (head == null) head = new HeartbeatHead(request, response, exchange.isMultiplexed());
        return head;
    }

    // ---- the application's side

    /** Whether status and headers are fixed, though Jetty may not have sent them yet. */
    synchronized boolean isFrozen() {
        return frozen || writeWaits;
    }

    /** Whether a heartbeat fixed them, and the application still writes the rest. */
    synchronized boolean isBegun() {
        return frozen && refusal == null;
    }

    synchronized int heartbeats() {
        return beats;
    }

    void setStatus(int status) {
        synchronized (this) {
            if (!isFrozen()) response.setStatus(status);
            else if (isBegun()) head().finalStatus(status); // too late but for the trailer field
        }
    }

    void setTrailersSupplier(@Nullable Supplier<HttpFields> trailers) {
        synchronized (this) {
            if (head == null) response.setTrailersSupplier(trailers);
            else head.setTrailersSupplier(trailers);
        }
    }

    @Nullable Supplier<HttpFields> getTrailersSupplier() {
        synchronized (this) {
            return head == null ? response.getTrailersSupplier() : head.getTrailersSupplier();
        }
    }

    /** The application has read of the request, so its client was told to continue. */
    void requestRead() {
        requestRead = true;
    }

    void write(boolean last, @Nullable ByteBuffer content, Callback written) {
        Throwable refused;
        boolean whole = false;
        synchronized (this) {
            refused = refusal;
            if (refused == null && (turn.isApplications() || writeWaits))
                refused = new WritePendingException();
            if (refused == null) {
                Heartbeat tracked = heartbeat(false);
                owner = Owner.APPLICATION;
                if (tracked != null && content != null) tracked.sent(content);
                if (turn.isTaken()) {
                    writeWaits = true;
                    turn.await(() -> writeInTurn(last, content, written));
                    return;
                }
                whole = begin(last, content);
            }
        }
        if (refused == null) pass(last, whole, content, written);
        else written.failed(refused);
    }

    private void writeInTurn(boolean last, @Nullable ByteBuffer content, Callback written) {
        DeadlineExpiredException refused;
        boolean whole = false;
        synchronized (this) {
            writeWaits = false;
            refused = refusal; // the deadline may have come while we waited for a heartbeat
            if (refused == null) whole = begin(last, content);
        }
        if (refused == null) pass(last, whole, content, written);
        else written.failed(refused);
    }

    // guarded by this; whether these bytes are the last, be it of a declared length only
    private boolean begin(boolean last, @Nullable ByteBuffer content) {
        turn.giveToApplication();
        int length = BufferUtil.length(content);
        given += length;
        long declared =
                last || length == 0
                        ? -1
                        : response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        lastGiven |= last || (declared >= 0 && given >= declared);
        return lastGiven;
    }

    private void pass(boolean last, boolean whole, @Nullable ByteBuffer content, Callback written) {
        // A client that has read the whole answer may close before we hear that it was written, so
        // the answer counts as given when it is handed down.
        if (whole) exchange.answering();
        Written told = new Written(content, written);
        // The error page of a listener that did nothing: were it to fail, Jetty would call
        // AsyncListener.onError once more.
        if (last && exchange.isLossTold()) {
            told.succeeded();
            return;
        }
        exchange.writes();
        try {
            response.write(last, content, told);
        } catch (RuntimeException misused) {
            told.failed(misused);
        }
    }

    CompletableFuture<Void> writeInterim(int status, HttpFields headers) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        synchronized (this) {
            if (refusal != null) return CompletableFuture.failedFuture(refusal);
            if (turn.isTaken()) {
                turn.await(() -> interimInTurn(status, headers, written));
                return written;
            }
            if (!turn.isFree()) return response.writeInterim(status, headers); // it is refused
            turn.giveToHeartbeat(); // as such it is waited for
        }
        passInterim(status, headers, written);
        return written;
    }

    private void interimInTurn(int status, HttpFields headers, CompletableFuture<Void> written) {
        DeadlineExpiredException refused;
        synchronized (this) {
            refused = refusal;
            if (refused == null) turn.giveToHeartbeat();
        }
        if (refused == null) passInterim(status, headers, written);
        else written.completeExceptionally(refused);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its end is told by the other one
    private void passInterim(int status, HttpFields headers, CompletableFuture<Void> written) {
        sendInterim(status, headers)
                .whenComplete(
                        (sent, failure) -> {
                            beaten();
                            if (failure == null) written.complete(null);
                            else written.completeExceptionally(failure);
                        });
    }

    /** The application has answered, or failed. */
    void complete(@Nullable Throwable failure) {
        synchronized (this) {
            if (owner == Owner.GUARD) {
                finish(true);
                return;
            }
            if (ending) return;
            ending = true;
            if (turn.isTaken()) {
                turn.await(() -> end(failure));
                return;
            }
        }
        end(failure);
    }

    private void end(@Nullable Throwable failure) {
        DeadlineExpiredException expired;
        byte[] document = null;
        boolean cut;
        synchronized (this) {
            over = true;
            expired = refusal;
            boolean begun = failure != null && owner == Owner.NOBODY && frozen;
            cut = begun || owner == Owner.BROKEN;
            if (begun) {
                int status = statusOf(failure);
                document = document(new ProblemDocument(status, "failed after it had begun"));
                head().finalStatus(status);
            }
        }
        if (document != null) {
            if (!QuietException.isQuiet(failure)) LOG.warn("Failed after heartbeats", failure);
            exchange.answering();
            response.write(true, ByteBuffer.wrap(document), new Last());
            return;
        }
        if (expired != null) exchange.expired(expired);
        Throwable told = expired == null ? failure : expired;
        // The body cannot tell. It must not pass for a whole one, though the end of the message be
        // that of the connection, or Jetty be told before the deadline cuts it off.
        if (cut && told != null) exchange.breakOff(told);
        exchange.over();
        if (told == null) callback.succeeded();
        else callback.failed(exchange.quiet(told));
    }

    /** The application will not call back: nobody works for the exchange any more. */
    synchronized void abandon() {
        if (owner == Owner.GUARD) finish(true);
    }

    /**
     * Jetty is to answer in the application's place.
     *
     * @return false if it must not, because this response has begun
     */
    synchronized boolean release() {
        if (owner != Owner.NOBODY || frozen || ending || !turn.isFree()) return false;
        ending = true;
        over = true;
        return true;
    }

    /** Whether the guard answers in the application's place. */
    synchronized boolean isGuards() {
        return owner == Owner.GUARD;
    }

    private static int statusOf(@Nullable Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause())
            if (each instanceof HttpException http) return http.getCode();
        return HttpStatus.INTERNAL_SERVER_ERROR_500;
    }

    // guarded by this
    private byte @Nullable [] document(ProblemDocument problem) {
        String json = problem.toJson();
        String text = frozen && heartbeat != null ? heartbeat.failure(json) : json;
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    // ---- heartbeats

    // guarded by this; it sees the application's bytes from the first, or there is none
    private @Nullable Heartbeat heartbeat(boolean commits) {
        HeartbeatConfig config = exchange.heartbeatConfig();
        if (heartbeat == null && config.mode() == HeartbeatMode.AUTO && owner == Owner.NOBODY)
            heartbeat = head().choose(config, commits);
        return heartbeat;
    }

    /**
     * Sends a heartbeat if one is legal now.
     *
     * @return nanoseconds until the next may be due, or -1 if there will be none
     */
    long beat(HeartbeatConfig config) {
        byte[] bytes = null;
        synchronized (this) {
            if (ending || refusal != null || lastGiven || exchange.failure() != null) return -1;
            long interval = config.interval().toNanos();
            if (!turn.isFree()) return interval; // a client that does not read: do not pile up
            if (config.mode() == HeartbeatMode.INTERIM) {
                if (owner != Owner.NOBODY || frozen || !head().isInterimLegal(requestRead))
                    return -1;
                if (beats == HeartbeatConfig.MAX_INTERIM) return -1;
            } else {
                long since = ticker.nanoTime() - lastWriteNanos;
                if (lastWriteNanos != 0 && since < interval) return interval - since;
                if (!head().isLegal(requestRead)) return interval;
                Heartbeat legal = heartbeat(true);
                if (legal == null) return owner == Owner.NOBODY ? interval : -1;
                bytes = legal.bytes();
                if (bytes == null) return legal.goesBetween() ? interval : -1;
                if (!frozen && owner == Owner.NOBODY) {
                    head().prepare(config);
                    frozen = true;
                }
            }
            turn.giveToHeartbeat();
            beats++;
        }
        exchange.heartbeatSent();
        send(bytes);
        return config.interval().toNanos();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // whether it was sent or not, the turn is over
    private void send(byte @Nullable [] bytes) {
        if (bytes == null) {
            sendInterim(HttpStatus.PROCESSING_102, HttpFields.EMPTY)
                    .whenComplete((sent, failure) -> beaten());
            return;
        }
        Beat beat = new Beat();
        try {
            response.write(false, ByteBuffer.wrap(bytes), beat);
        } catch (RuntimeException refused) {
            beat.failed(refused);
        }
    }

    private CompletableFuture<Void> sendInterim(int status, HttpFields headers) {
        try {
            return response.writeInterim(status, headers);
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private void beaten() {
        synchronized (this) {
            if (!turn.heartbeatEnded()) return;
        }
        exchange.execute(this::runWaiting); // it may run the application's callbacks
    }

    private void runWaiting() {
        while (true) {
            Runnable task;
            synchronized (this) {
                task = turn.next();
            }
            if (task == null) return;
            task.run();
        }
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
        if (ending || lastGiven || refusal != null) return null;
        refusal = expired;
        byte[] document =
                owner == Owner.NOBODY
                        ? document(new ProblemDocument(status, expired.reason().describe()))
                        : null;
        if (document == null) {
            owner = Owner.BROKEN;
            return () -> exchange.breakOff(expired);
        }
        owner = Owner.GUARD;
        head().finalStatus(status);
        if (!frozen) head().prepareAnswer(status);
        frozen = true;
        if (!turn.isTaken()) return () -> answer(document);
        turn.await(() -> answer(document));
        return () -> {};
    }

    private void answer(byte[] document) {
        exchange.answering();
        response.write(true, ByteBuffer.wrap(document), new Answer());
    }

    // guarded by this
    private void finish(boolean applicationIsDone) {
        applicationDone |= applicationIsDone;
        if (over || !answered || !applicationDone) return;
        over = true;
        DeadlineExpiredException expired = refusal;
        exchange.execute(
                () -> {
                    if (expired != null) exchange.expired(expired);
                    exchange.over();
                    callback.succeeded();
                });
    }

    /** What we broke off ourselves is no news. */
    private void writeFailed(Throwable failure, boolean unsent) {
        synchronized (this) {
            if (owner == Owner.BROKEN) return;
        }
        exchange.writeFailed(failure, unsent);
    }

    // ---- what the writes call back

    private final class Written extends Callback.Nested {
        private final @Nullable ByteBuffer content;

        Written(@Nullable ByteBuffer content, Callback callback) {
            super(callback);
            this.content = content;
        }

        @Override
        public void succeeded() {
            written();
            super.succeeded();
        }

        @Override
        public void failed(Throwable failure) {
            written();
            writeFailed(failure, BufferUtil.hasContent(content));
            super.failed(failure);
        }

        private void written() {
            exchange.written();
            synchronized (ResponseGate.this) {
                turn.applicationEnded();
                // 0: never; the time matters to heartbeats only
                lastWriteNanos =
                        exchange.heartbeatConfig().mode() == HeartbeatMode.NONE
                                ? 1
                                : ticker.nanoTime() | 1;
            }
        }
    }

    /** Of a heartbeat. */
    private final class Beat implements Callback {
        @Override
        public void succeeded() {
            beaten();
        }

        @Override
        public void failed(Throwable failure) {
            writeFailed(failure, true);
            beaten();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /** Of the document that tells of a failure after heartbeats. */
    private final class Last implements Callback {
        @Override
        public void succeeded() {
            exchange.over();
            callback.succeeded();
        }

        @Override
        public void failed(Throwable failure) {
            exchange.writeFailed(failure, true);
            exchange.over();
            callback.failed(failure);
        }
    }

    /** Of the guard's answer in the application's place. */
    private final class Answer implements Callback {
        @Override
        public void succeeded() {
            synchronized (ResponseGate.this) {
                answered = true;
                finish(false);
            }
        }

        @Override
        public void failed(Throwable failure) {
            exchange.writeFailed(failure, true);
            succeeded(); // there is no second answer
        }
    }
}
