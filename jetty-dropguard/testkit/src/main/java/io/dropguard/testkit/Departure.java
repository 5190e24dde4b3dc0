package io.dropguard.testkit;

/** How a client leaves. */
public enum Departure {
    /** Closes its connection in order. */
    FIN,
    /** Resets its connection. */
    RST,
    /** HTTP/2: resets the stream, and keeps the connection. */
    STREAM_RESET,
    /** HTTP/2: says GOAWAY, and closes the connection. */
    GO_AWAY;

    /** Whether clients of a protocol can leave so. */
    public boolean isPossibleOver(Protocol protocol) {
        return protocol.isMultiplexed() || this == FIN || this == RST;
    }
}
