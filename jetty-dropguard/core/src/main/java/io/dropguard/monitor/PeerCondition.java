package io.dropguard.monitor;

import java.util.Locale;

/** How the other end of a connection fares, as far as the kernel can tell. */
public enum PeerCondition {
    /** Nothing waits for it, or it acknowledges what it is sent; or the kernel is not asked. */
    RESPONSIVE,
    /** It is there, and has no room for more: it does not read what it was sent. */
    NOT_READING,
    /** It does not answer at all, though it should: it has vanished, or packets are lost. */
    SILENT;

    private final String words = name().toLowerCase(Locale.ROOT).replace('_', ' ');

    /** For people, such as {@code not reading}. */
    public String words() {
        return words;
    }
}
