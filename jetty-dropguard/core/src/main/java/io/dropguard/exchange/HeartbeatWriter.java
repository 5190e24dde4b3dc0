package io.dropguard.exchange;

import io.dropguard.heartbeat.Heartbeat;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.heartbeat.HeartbeatMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Sends one response's heartbeats, and interim responses, which take their turn as heartbeats do.
 * Made when the first may be due. Guarded by its {@link ResponseGate}, but for the writes
 * themselves.
 */
final class HeartbeatWriter {
    private final ResponseGate gate;
    private final GuardedExchange exchange;
    private final Response response; // Jetty's own
    private final HeartbeatHead head;
    private @Nullable Heartbeat heartbeat; // once it is known which
    private volatile int count; // written under the gate
    private volatile long lastWriteNanos; // of the application; 0 for never

    HeartbeatWriter(ResponseGate gate, GuardedExchange exchange, Response response) {
        this.gate = gate;
        this.exchange = exchange;
        this.response = response;
        this.head = new HeartbeatHead(exchange.request(), response, exchange.isMultiplexed());
    }

    HeartbeatHead head() {
        return head;
    }

    int count() {
        return count;
    }

    /** The application hands down bytes of the body. */
    void applicationWrites(@Nullable ByteBuffer content) {
        Heartbeat tracked = heartbeat(exchange.heartbeatConfig(), false);
        if (tracked != null && content != null) tracked.sent(content);
    }

    /** They are written. */
    void applicationWrote() {
        lastWriteNanos = exchange.handler().ticker().nanoTime() | 1;
    }

    /** The document as the end of the body, or null if the body cannot end with it. */
    byte @Nullable [] document(ProblemDocument problem) {
        String json = problem.toJson();
        Heartbeat begun = gate.isFrozen() ? heartbeat : null;
        String text = begun == null ? json : begun.failure(json);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    /** As {@link #document}: that the application has failed, after heartbeats. */
    byte @Nullable [] lateFailure(Throwable failure) {
        ProblemDocument problem = ProblemDocument.lateFailure(failure);
        head.finalStatus(problem.status());
        return document(problem);
    }

    private @Nullable Heartbeat heartbeat(HeartbeatConfig config, boolean commits) {
        if (heartbeat == null && config.mode() == HeartbeatMode.AUTO && gate.isUnclaimed())
            heartbeat = head.choose(config, commits);
        return heartbeat;
    }

    /**
     * Sends a heartbeat if one is legal now.
     *
     * @return nanoseconds until the next may be due, or -1 if there will be none
     */
    long beat(HeartbeatConfig config) {
        byte[] bytes = null;
        long interval = config.interval().toNanos();
        synchronized (gate) {
            if (!gate.isGoingOn() || exchange.failure() != null) return -1;
            if (!gate.isTurnFree()) return interval; // a client that does not read: do not pile up
            if (config.mode() == HeartbeatMode.INTERIM) {
                if (!gate.isUnclaimed() || gate.isFrozen() || count == HeartbeatConfig.MAX_INTERIM)
                    return -1;
                if (!head.isInterimLegal(exchange.isBodyRead())) return -1;
            } else {
                long last = lastWriteNanos;
                long since = exchange.handler().ticker().nanoTime() - last;
                if (last != 0 && since < interval) return interval - since;
                if (!head.isLegal(exchange.isBodyRead())) return interval;
                Heartbeat legal = heartbeat(config, true);
                if (legal == null) return gate.isUnclaimed() ? interval : -1;
                bytes = legal.bytes();
                if (bytes == null) return legal.goesBetween() ? interval : -1;
                if (gate.isUnclaimed() && !gate.isFrozen()) {
                    head.prepare(config);
                    gate.freeze();
                }
            }
            gate.giveTurnToHeartbeat();
            count++;
        }
        exchange.handler().statistics().heartbeat();
        send(bytes);
        return interval;
    }

    private void send(byte @Nullable [] bytes) {
        if (bytes == null) {
            sendInterim(HttpStatus.PROCESSING_102, HttpFields.EMPTY, new CompletableFuture<>());
            return;
        }
        Beat beat = new Beat();
        try {
            response.write(false, ByteBuffer.wrap(bytes), beat);
        } catch (RuntimeException refused) {
            beat.failed(refused);
        }
    }

    /** Sends an interim response of the application's in its turn, or refuses it. */
    CompletableFuture<Void> writeInterim(int status, HttpFields headers) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        synchronized (gate) {
            DeadlineExpiredException refused = gate.refusal();
            if (refused != null) return CompletableFuture.failedFuture(refused);
            if (gate.isTurnTaken()) {
                gate.awaitTurn(() -> interimInTurn(status, headers, written));
                return written;
            }
            if (!gate.isTurnFree()) return response.writeInterim(status, headers); // it is refused
            gate.giveTurnToHeartbeat(); // as such it is waited for
        }
        sendInterim(status, headers, written);
        return written;
    }

    private void interimInTurn(int status, HttpFields headers, CompletableFuture<Void> written) {
        DeadlineExpiredException refused;
        synchronized (gate) {
            refused = gate.refusal();
            if (refused == null) gate.giveTurnToHeartbeat();
        }
        if (refused == null) sendInterim(status, headers, written);
        else written.completeExceptionally(refused);
    }

    /** Sends an interim response, which has the turn, and completes {@code written} after it. */
    @SuppressWarnings("FutureReturnValueIgnored") // its end is told by the other one
    private void sendInterim(int status, HttpFields headers, CompletableFuture<Void> written) {
        CompletableFuture<Void> sent;
        try {
            sent = response.writeInterim(status, headers);
        } catch (RuntimeException refused) {
            sent = CompletableFuture.failedFuture(refused);
        }
        sent.whenComplete(
                (done, failure) -> {
                    written();
                    if (failure == null) written.complete(null);
                    else written.completeExceptionally(failure);
                });
    }

    private void written() {
        synchronized (gate) {
            if (!gate.heartbeatEnded()) return;
        }
        // Elsewhere, for it may run the application's callbacks.
        exchange.handler().executor().execute(this::runWaiting);
    }

    private void runWaiting() {
        while (true) {
            Runnable task;
            synchronized (gate) {
                task = gate.nextInTurn();
            }
            if (task == null) return;
            task.run();
        }
    }

    private final class Beat implements Callback {
        @Override
        public void succeeded() {
            written();
        }

        @Override
        public void failed(Throwable failure) {
            gate.writeFailed(failure, true);
            written();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
