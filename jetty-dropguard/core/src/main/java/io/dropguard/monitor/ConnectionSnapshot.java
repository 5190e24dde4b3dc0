package io.dropguard.monitor;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection at one moment. Immutable.
 *
 * @param id unlike that of any other connection of the same guard
 * @param epoch changes with every phase, so that {@link Connections#shutdown} ends what was seen
 *     here and nothing that came later
 * @param protocol such as {@code HTTP/1.1}, {@code HTTP/2.0}, or {@code TLS} during a handshake
 * @param remote the address and port at the socket's other end, or null if it has none
 * @param local this end's address and port, or null if it has none
 * @param phase what it does
 * @param inPhase for how long
 * @param peer how its other end fares, so that one that does not read is told from one that has
 *     vanished
 * @param age since it was accepted
 * @param bytesRead from the socket, with TLS the encrypted ones
 * @param bytesWritten to the socket, with TLS the encrypted ones
 * @param requests it has brought so far
 * @param method of the current request, or null if there is none; of the oldest with HTTP/2
 * @param path of the current request, without its query; what might break a line is escaped, what
 *     means something to HTML is not
 * @param thread the name of the thread that handles the current request, or null if none does
 * @param streams requests under way: with HTTP/1 none or one
 * @param stuck whether it is over one of its limits
 * @param shutDown whether it was shut down: nothing more is read or sent, but its work goes on, and
 *     it is listed until that has ended
 */
public record ConnectionSnapshot(
        long id,
        long epoch,
        String protocol,
        @Nullable String remote,
        @Nullable String local,
        ConnectionPhase phase,
        Duration inPhase,
        PeerCondition peer,
        Duration age,
        long bytesRead,
        long bytesWritten,
        long requests,
        @Nullable String method,
        @Nullable String path,
        @Nullable String thread,
        int streams,
        boolean stuck,
        boolean shutDown) {

    public ConnectionSnapshot {
        requireNonNull(protocol, "protocol");
        requireNonNull(phase, "phase");
        requireNonNull(inPhase, "inPhase");
        requireNonNull(peer, "peer");
        requireNonNull(age, "age");
    }
}
