package io.dropguard.exchange;

import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.StuckConnection;
import io.dropguard.connector.PeerUnreachableException;
import java.io.EOFException;
import java.time.Instant;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.HttpStream;
import org.jspecify.annotations.Nullable;

/**
 * What a failure says of the client, and how the exchange loses it: every loss comes by here.
 * Stateless.
 */
final class ExchangeLoss {
    private ExchangeLoss() {}

    /**
     * A write has failed.
     *
     * @param unsent whether bytes are left of it. If none are, HTTP/2 has sent them, and the client
     *     may have read the answer and left before the write was told so; Jetty fails it then
     */
    static void byWrite(GuardedExchange exchange, Throwable failure, boolean unsent) {
        if (!Disconnects.isDisconnect(failure)) return;
        boolean multiplexed = exchange.isMultiplexed();
        boolean left =
                unsent && !HttpMethod.HEAD.is(exchange.request().getMethod()); // its bytes never go
        if (multiplexed && exchange.isAnswering() && !left) return;
        boolean ofStream = multiplexed && failure instanceof EOFException;
        boolean vanished = PeerUnreachableException.isCauseOf(failure) || exchange.isUnreachable();
        Signal written = ofStream ? exchange.streamSignal() : Signal.WRITE_FAILED;
        lose(exchange, vanished ? Signal.UNREACHABLE : written, failure);
    }

    /** A read has failed: perhaps the request ends before it is whole, and nobody else was told. */
    static void byRead(GuardedExchange exchange, Throwable failure) {
        boolean ended = failure instanceof EOFException;
        if (!exchange.isMultiplexed()) {
            if (ended) exchange.brokeOff();
        } else if (!exchange.isAnswering() && (ended || isLeftByReset(exchange, failure)))
            lose(exchange, exchange.streamSignal(), failure);
    }

    /**
     * T1, a reset, has Jetty consume what is left of the body before it tells anybody; T2, the
     * application, was about to read, and is told that the body was not consumed.
     */
    private static boolean isLeftByReset(GuardedExchange exchange, Throwable failure) {
        return failure == HttpStream.CONTENT_NOT_CONSUMED
                && ResetStream.carried(exchange.request());
    }

    /**
     * Jetty's failure listener: HTTP/2 resets come here, and for HTTP/1.1 what we raised ourselves.
     */
    static void byJetty(GuardedExchange exchange, Throwable failure) {
        if (!exchange.isMultiplexed() || !(failure instanceof EOFException))
            exchange.failures().tell(failure);
        else if (!exchange.isAnswering()) lose(exchange, exchange.streamSignal(), failure);
    }

    /** The client is gone. */
    static void lose(GuardedExchange exchange, Signal signal, @Nullable Throwable cause) {
        StuckConnection ended = exchange.shutDown();
        if (ended != null) { // so that it is our doing
            exchange.stuck(ended);
            return;
        }
        ClientLoss loss = new ClientLoss(signal, exchange.age(), Instant.now(), cause);
        if (!exchange.cancel(loss, new ClientLostException(loss))) return;
        exchange.handler().statistics().lost(signal);
        ExchangeRecording.lost(exchange.request(), loss);
    }
}
