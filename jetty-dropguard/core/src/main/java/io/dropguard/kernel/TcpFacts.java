package io.dropguard.kernel;

import java.net.InetSocketAddress;

/**
 * How one connection fares, as the kernel has it. Immutable.
 *
 * @param finReceived whether the peer has sent FIN, read or unread
 * @param unacknowledged bytes that were written and not acknowledged, sent or not
 * @param windowClosed whether bytes wait because the peer's window has no room for them
 * @param attempts how often in a row the oldest bytes were sent, or the closed window was probed,
 *     without an answer
 * @param sinceAckMillis milliseconds since the peer last acknowledged anything
 */
public record TcpFacts(
        InetSocketAddress local,
        InetSocketAddress remote,
        boolean finReceived,
        long unacknowledged,
        boolean windowClosed,
        int attempts,
        long sinceAckMillis) {}
