package io.dropguard.monitor;

import java.util.Locale;

/** What a connection is doing, or what it waits for. */
public enum ConnectionPhase {
    /** The TLS handshake is under way. */
    HANDSHAKING,
    /** No request is under way: before the first one, or between two. */
    IDLE,
    /** The client has begun a request, and its head is not complete. */
    READING_HEADERS,
    /** The application waits for the client to send more of the request's body. */
    READING_BODY,
    /** The application works, or waits for somebody else than the client. */
    COMPUTING,
    /** Bytes wait to be written: the client does not read as fast as it is answered. */
    WRITING,
    /** The last answer is given; what the client still sends is drained before the close. */
    LINGERING;

    private static final ConnectionPhase[] PHASES = values();

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** As options have it, such as {@code reading-headers}. */
    public String label() {
        return label;
    }

    @SuppressWarnings("EnumOrdinal") // never stored: it only has to fit in three bits
    int code() {
        return ordinal();
    }

    static ConnectionPhase of(int code) {
        return PHASES[code];
    }
}
