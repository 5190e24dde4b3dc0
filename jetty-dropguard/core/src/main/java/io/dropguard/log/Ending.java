package io.dropguard.log;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.StuckConnection;
import java.io.EOFException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * How an exchange ended. Immutable.
 *
 * @param outcome in one word
 * @param nanos when, by {@link System#nanoTime()}
 * @param failure what was thrown, if it tells something
 * @param signal how the client's leaving showed, or null if it did not leave
 * @param lossNanos time from the request's arrival to the noticing, or -1 if that is not known
 */
record Ending(
        Outcome outcome,
        long nanos,
        @Nullable Throwable failure,
        @Nullable String signal,
        long lossNanos) {

    static Ending of(LoggedExchange exchange, @Nullable Throwable completion) {
        CancellationReason reason = exchange.guard().reason().orElse(null);
        Throwable thrown = exchange.thrown();
        if (reason instanceof ClientLoss loss)
            return new Ending(
                    Outcome.CLIENT_LOST,
                    System.nanoTime(),
                    null, // what the work threw when it was stopped is no news
                    label(loss.signal()),
                    loss.after().toNanos());
        // What was answered whole cannot be harmed by what happened to its connection afterwards,
        // though HTTP/2 may tell the application so before it tells that all was written.
        if (exchange.isWholeResponse() && (thrown == null || isDisconnect(thrown)))
            if (reason == null || reason instanceof StuckConnection)
                return of(Outcome.COMPLETED, null);
        if (reason != null) return of(Outcome.of(reason), null);
        if (thrown != null || !exchange.isWholeResponse()) {
            if (exchange.isServerStopping()) return of(Outcome.SERVER_STOPPED, null);
            String signal = transportSignal(exchange);
            if (signal != null)
                return new Ending(Outcome.CLIENT_LOST, System.nanoTime(), null, signal, -1);
        }
        if (thrown != null && !isAnswer(thrown)) return of(Outcome.FAILED, thrown);
        // Without a thrown exception a failure counts only if it broke the answer off: that a
        // client
        // has sent more than anybody read, for one, is told as a failure of a complete exchange.
        if (completion != null && !exchange.isWholeResponse())
            return of(Outcome.FAILED, completion);
        return of(Outcome.COMPLETED, null);
    }

    static Ending stopped(LoggedExchange exchange) {
        boolean decided = exchange.guard().reason().isPresent() || exchange.isWholeResponse();
        return decided ? of(exchange, null) : of(Outcome.SERVER_STOPPED, null);
    }

    static Ending of(Outcome outcome, @Nullable Throwable failure) {
        return new Ending(outcome, System.nanoTime(), failure, null, -1);
    }

    /** Jetty's way of answering 4xx is to throw. */
    private static boolean isAnswer(Throwable thrown) {
        return thrown instanceof HttpException http && http.getCode() < 500;
    }

    /** Without a guard only a read or write that failed tells that the client has left. */
    private static @Nullable String transportSignal(LoggedExchange exchange) {
        // a write of a whole answer may have been cancelled before it was told that it was done
        boolean cutOff = !exchange.isWholeResponse() && isDisconnect(exchange.writeFailure());
        boolean disconnected = cutOff || isDisconnect(exchange.readFailure());
        if (!disconnected) return null;
        if (exchange.isMultiplexed()) return label(ClientLoss.Signal.STREAM_RESET);
        return label(
                exchange.writeFailure() == null
                        ? ClientLoss.Signal.FIN
                        : ClientLoss.Signal.WRITE_FAILED);
    }

    private static boolean isDisconnect(@Nullable Throwable failure) {
        for (Throwable next = failure; next != null; next = next.getCause())
            if (next instanceof EOFException
                    || next instanceof ClosedChannelException
                    || next instanceof SocketException) return true;
        return false;
    }

    private static String label(ClientLoss.Signal signal) {
        return signal.name().toLowerCase(Locale.ROOT);
    }
}
