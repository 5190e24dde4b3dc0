package io.dropguard.heartbeat;

/** What is sent to a client that waits. */
public enum HeartbeatMode {
    /** Nothing. */
    NONE,
    /** What the response's content type allows: see {@link Heartbeat#forContentType}. */
    AUTO,
    /**
     * {@code 102 Processing} (RFC 2518, section 10.1), which commits nothing; at most {@value
     * HeartbeatConfig#MAX_INTERIM} a response. Python's clients take the first for the answer, and
     * nginx breaks on it.
     */
    INTERIM
}
