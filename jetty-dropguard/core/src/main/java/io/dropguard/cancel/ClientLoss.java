package io.dropguard.cancel;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The client is gone: it will not read the response. Immutable.
 *
 * @param signal how it was noticed
 * @param after time from the arrival of the request to the noticing
 * @param at the wall-clock time of the noticing, to compare with other machines' logs
 * @param failure what the transport threw or reported, if it did
 */
public record ClientLoss(Signal signal, Duration after, Instant at, @Nullable Throwable failure)
        implements CancellationReason {

    /** How a client's leaving shows. */
    public enum Signal {
        /**
         * The client closed its side in order, and (under {@code half-close=probe}) the whole
         * connection.
         */
        FIN,
        /** The connection was reset. */
        RST,
        /** HTTP/2: {@code RST_STREAM}, or a {@code GOAWAY} that gives up this stream. */
        STREAM_RESET,
        /** Bytes of the response could not be written. */
        WRITE_FAILED,
        /** The peer vanished: keepalive probes, PINGs or retransmits found nobody. */
        UNREACHABLE
    }

    public ClientLoss {
        requireNonNull(signal, "signal");
        requireNonNull(at, "at");
        if (after.isNegative())
            throw new IllegalArgumentException("after: " + after + " (expected: >= 0)");
    }

    @Override
    public String describe() {
        return "client lost (" + signal + ") after " + after.toMillis() + " ms";
    }
}
