package io.dropguard.testkit;

/** What a connector speaks. */
public enum Protocol {
    /** HTTP/1.1 in clear text; the connector knows h2c too, as real ones do. */
    HTTP_1(false, false),
    /** HTTP/1.1 over TLS. */
    TLS(true, false),
    /** HTTP/2 in clear text, with prior knowledge. */
    H2C(false, true),
    /** HTTP/2 over TLS, chosen by ALPN. */
    H2(true, true);

    private final boolean secure;
    private final boolean multiplexed;

    Protocol(boolean secure, boolean multiplexed) {
        this.secure = secure;
        this.multiplexed = multiplexed;
    }

    public boolean isSecure() {
        return secure;
    }

    /** Whether a connection carries several exchanges at once. */
    public boolean isMultiplexed() {
        return multiplexed;
    }
}
