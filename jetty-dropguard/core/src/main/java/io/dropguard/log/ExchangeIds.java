package io.dropguard.log;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * Names exchanges: as the client or a proxy before us does, if that is well-formed; else by a
 * number that no other process has and no other exchange of this one. Thread-safe.
 */
final class ExchangeIds {
    /** A UUID has 36, most other ids less; nobody needs more than fits a line. */
    private static final int LONGEST = 128;

    private static final HexFormat HEX = HexFormat.of();

    private final String process = HEX.toHexDigits(new SecureRandom().nextLong());
    private final AtomicLong next = new AtomicLong();

    String idOf(HttpFields headers) {
        String given = headers.get("X-Request-Id");
        if (isWellFormed(given)) return given;
        String parent = headers.get("traceparent");
        // the trace is of many exchanges; the span that calls us is, as a rule, of this one alone
        if (isTraceParent(parent)) return parent.substring(3, 52);
        return process + HEX.toHexDigits(next.incrementAndGet());
    }

    /** The trace of the exchange, or null if it came without one. */
    static @Nullable String traceOf(HttpFields headers) {
        String parent = headers.get("traceparent");
        return isTraceParent(parent) ? parent.substring(3, 35) : null;
    }

    static boolean isWellFormed(@Nullable String id) {
        if (id == null || id.isEmpty() || id.length() > LONGEST) return false;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean fits =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || "-_.:=+/".indexOf(c) >= 0;
            if (!fits) return false;
        }
        return true;
    }

    /** W3C Trace Context: {@code 00-<32 hex>-<16 hex>-<2 hex>}, neither id all zeros. */
    static boolean isTraceParent(@Nullable String value) {
        if (value == null || value.length() < 55 || value.startsWith("ff")) return false;
        if (value.length() > 55 && (value.startsWith("00") || value.charAt(55) != '-'))
            return false;
        for (int i = 0; i < 55; i++) {
            char c = value.charAt(i);
            boolean dash = i == 2 || i == 35 || i == 52;
            if (dash ? c != '-' : !isHex(c)) return false;
        }
        return !isZero(value, 3, 35) && !isZero(value, 36, 52);
    }

    private static boolean isHex(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    private static boolean isZero(String value, int from, int to) {
        for (int i = from; i < to; i++) if (value.charAt(i) != '0') return false;
        return true;
    }
}
