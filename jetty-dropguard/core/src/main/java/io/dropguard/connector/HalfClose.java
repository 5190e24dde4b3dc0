package io.dropguard.connector;

/**
 * What a FIN means while a request is being computed. It says only that the client sends no more:
 * it may have gone, or wait for the answer (RFC 9293, section 3.6; RFC 9112, section 9.6).
 */
public enum HalfClose {
    /**
     * Find out: write the first bytes of the status line, which every answer starts with. A client
     * that has closed answers RST and is lost; one that waits stays quiet and is served. Under TLS,
     * where nothing can be written in advance, a FIN is a loss.
     */
    PROBE,
    /** A FIN is a loss, as Go and Kestrel have it. */
    LOSS,
    /** A FIN is nothing; only RST, a failed write or an unreachable peer is a loss. */
    IGNORE
}
