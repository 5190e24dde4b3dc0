package io.dropguard.monitor;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Makes text of what peers sent, or are. */
public final class PeerText {
    /** 256: enough to know a path by, and a line of a log. */
    private static final int LONGEST = 256;

    private PeerText() {}

    /** Printable ASCII but for the backslash as it is, and everything else as {@code \\uXXXX}. */
    public static String escape(String text) {
        int end = Math.min(text.length(), LONGEST);
        int plain = 0;
        while (plain < end && isPlain(text.charAt(plain))) plain++;
        if (plain == text.length()) return text;
        StringBuilder escaped = new StringBuilder(end + 16).append(text, 0, plain);
        for (int i = plain; i < end; i++) {
            char c = text.charAt(i);
            if (isPlain(c)) escaped.append(c);
            else escaped.append(String.format("\\u%04x", (int) c));
        }
        return escaped.append(text.length() > end ? "..." : "").toString();
    }

    private static boolean isPlain(char c) {
        return c > ' ' && c < 0x7F && c != '\\';
    }

    static @Nullable String address(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            String host = host(inet);
            return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + inet.getPort();
        }
        String path = address == null ? "" : address.toString();
        return path.isEmpty() ? null : escape(path);
    }

    static String host(InetSocketAddress address) {
        return address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }
}
