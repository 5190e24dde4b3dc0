package io.dropguard.exchange;

import io.dropguard.heartbeat.Heartbeat;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Who writes the response: the application, heartbeats before it or between its records, or the
 * guard in its place. Thread-safe.
 *
 * <p>Application, timer and deadline race here and the lock decides: who takes it first while
 * nobody owns the response owns it. An application that comes while a heartbeat is being written
 * waits its turn; a heartbeat never waits.
 */
final class ResponseGate {
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
    private final HeartbeatHead head;

    private long given; // bytes of the application; its writes follow one another

    // all guarded by this
    private Owner owner = Owner.NOBODY;
    private boolean frozen; // a heartbeat or the guard has fixed status and headers
    private boolean beating; // a heartbeat is being written
    private boolean writing; // the application's bytes are being written
    private boolean lastGiven; // the application has handed down its last bytes
    private boolean answered; // the guard's answer is written
    private boolean applicationDone; // and the application will not use the request any more
    private boolean over; // Jetty's callback was called, or is about to be
    private int beats;
    private long lastWriteNanos; // of the application
    private @Nullable Heartbeat heartbeat; // once it is known which
    private @Nullable Runnable deferred; // the application's turn after the heartbeat
    private @Nullable DeadlineExpiredException refusal; // for what the application writes too late

    ResponseGate(GuardedExchange exchange, Request request, Response response, Callback callback) {
        this.exchange = exchange;
        this.response = response;
        this.callback = callback;
        this.head = new HeartbeatHead(request, response, exchange.isMultiplexed());
    }

    // ---- the application's side

    /** Whether status and headers are fixed, though Jetty may not have sent them yet. */
    synchronized boolean isFrozen() {
        return frozen;
    }

    synchronized int heartbeats() {
        return beats;
    }

    void write(boolean last, @Nullable ByteBuffer content, Callback written) {
        DeadlineExpiredException refused;
        synchronized (this) {
            refused = refusal;
            if (refused == null) {
                if (owner == Owner.NOBODY) owner = Owner.APPLICATION;
                Heartbeat tracked = heartbeat();
                if (tracked != null && content != null) tracked.sent(content);
                if (beating) {
                    deferred = () -> pass(last, content, written);
                    return;
                }
            }
        }
        if (refused == null) pass(last, content, written);
        else written.failed(refused);
    }

    private void pass(boolean last, @Nullable ByteBuffer content, Callback written) {
        DeadlineExpiredException refused;
        synchronized (this) {
            refused = refusal; // the deadline may have come while we waited for a heartbeat
            if (refused == null) {
                writing = true;
                lastGiven |= last;
            }
        }
        if (refused != null) {
            written.failed(refused);
            return;
        }
        // A client that has read the whole answer may close before we hear that it was written, so
        // the answer counts as given when it is handed down.
        if (last || isWhole(content)) exchange.answering();
        response.write(last, content, new Written(content, written));
    }

    /**
     * Whether these bytes are the last of a declared length, though the application may write on.
     */
    private boolean isWhole(@Nullable ByteBuffer content) {
        int length = BufferUtil.length(content);
        if (length == 0) return false;
        given += length;
        long declared = response.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
        return declared >= 0 && given >= declared;
    }

    /** The application has answered, or failed. */
    void complete(@Nullable Throwable failure) {
        Throwable told;
        byte[] document = null;
        synchronized (this) {
            if (owner == Owner.GUARD) {
                finish(true);
                return;
            }
            if (beating) {
                deferred = () -> complete(failure);
                return;
            }
            if (over) return;
            over = true;
            told = refusal == null ? failure : refusal;
            if (failure != null && refusal == null && owner == Owner.NOBODY && beats > 0) {
                int status = statusOf(failure);
                document = document(new ProblemDocument(status, "failed after it had begun"));
                head.finalStatus(status);
            }
        }
        if (document != null) {
            exchange.answering();
            response.write(true, ByteBuffer.wrap(document), new Last());
        } else {
            exchange.over();
            if (told == null) callback.succeeded();
            else callback.failed(exchange.quiet(told));
        }
    }

    /** The application will not call back: nobody works for the exchange any more. */
    synchronized void abandon() {
        if (owner == Owner.GUARD) finish(true);
    }

    /**
     * Jetty was told otherwise how the request ended: there is nothing more to write or to call.
     */
    synchronized void close() {
        over = true;
    }

    /** Whether the guard answers in the application's place. */
    synchronized boolean isGuards() {
        return owner == Owner.GUARD;
    }

    private static int statusOf(Throwable failure) {
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
    private @Nullable Heartbeat heartbeat() {
        HeartbeatConfig config = exchange.heartbeatConfig();
        if (heartbeat == null
                && config.mode() == HeartbeatMode.AUTO
                && !writing
                && lastWriteNanos == 0) heartbeat = head.choose(config);
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
            if (over || refusal != null || lastGiven || exchange.token().isCancelled()) return -1;
            long interval = config.interval().toNanos();
            if (beating || writing) return interval; // a client that does not read: do not pile up
            if (config.mode() == HeartbeatMode.INTERIM) {
                if (owner != Owner.NOBODY || beats == HeartbeatConfig.MAX_INTERIM) return -1;
            } else {
                long since = System.nanoTime() - lastWriteNanos;
                if (lastWriteNanos != 0 && since < interval) return interval - since;
                if (!head.isLegal()) return interval;
                Heartbeat legal = heartbeat();
                if (legal == null) return owner == Owner.NOBODY ? interval : -1;
                bytes = legal.bytes();
                if (bytes == null) return legal.goesBetween() ? interval : -1;
                if (!frozen && !response.isCommitted()) {
                    head.prepare(config);
                    frozen = true;
                }
            }
            beating = true;
            beats++;
        }
        if (bytes != null) response.write(false, ByteBuffer.wrap(bytes), new Beat());
        else sendInterim();
        return config.interval().toNanos();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // whether it was sent or not, the turn is over
    private void sendInterim() {
        response.writeInterim(HttpStatus.PROCESSING_102, HttpFields.EMPTY)
                .whenComplete((sent, failure) -> beaten());
    }

    private void beaten() {
        Runnable next;
        synchronized (this) {
            beating = false;
            next = deferred;
            deferred = null;
        }
        if (next != null) exchange.execute(next); // it may run the application's callbacks
    }

    // ---- the deadline

    /**
     * The time is over: answers in the application's place if it has not begun to, and else sees to
     * it that nobody takes what was sent for the whole.
     *
     * @return whether this call decided how the response ends
     */
    boolean expire(DeadlineExpiredException expired, int status) {
        byte[] document = null;
        synchronized (this) {
            if (over || lastGiven || refusal != null) return false;
            refusal = expired;
            if (owner == Owner.NOBODY)
                document = document(new ProblemDocument(status, expired.reason().describe()));
            owner = document == null ? Owner.BROKEN : Owner.GUARD;
            if (document != null) {
                head.finalStatus(status);
                if (!frozen && !response.isCommitted()) prepareAnswer(status);
                if (beating) {
                    byte[] waiting = document;
                    deferred = () -> answer(waiting);
                    return true;
                }
            }
        }
        if (document != null) answer(document);
        else exchange.breakOff(expired);
        return true;
    }

    // guarded by this
    private void prepareAnswer(int status) {
        frozen = true;
        response.reset();
        response.setStatus(status);
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(HttpHeader.CONTENT_TYPE, ProblemDocument.CONTENT_TYPE);
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        // The thread may be busy for long, and the connection with it.
        if (!exchange.isMultiplexed())
            headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
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
        exchange.execute(
                () -> {
                    exchange.over();
                    callback.succeeded();
                });
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
            exchange.writeFailed(failure, BufferUtil.hasContent(content));
            super.failed(failure);
        }

        private void written() {
            synchronized (ResponseGate.this) {
                writing = false;
                lastWriteNanos = System.nanoTime() | 1; // 0: never
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
            exchange.writeFailed(failure, true);
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
