package io.dropguard.log;

import static java.util.Objects.requireNonNull;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which bodies are captured, and how much of them. Immutable.
 *
 * @param kinds the kinds of bodies; empty for none
 * @param limit the most bytes that are kept of one body; at least 1
 * @param decompress whether bodies in gzip or deflate are unpacked for the log
 */
public record BodyConfig(Set<Kind> kinds, int limit, boolean decompress) {
    /** 32 KiB: most API bodies fit, and a thousand exchanges at once hold 64 MiB at the worst. */
    private static final int DEFAULT_LIMIT = 32 * 1024;

    public static final BodyConfig NONE = new BodyConfig(Set.of(), DEFAULT_LIMIT, false);

    /** What a body is, by its media type. */
    public enum Kind {
        JSON,
        FORM,
        TEXT
    }

    public BodyConfig {
        kinds = Set.copyOf(requireNonNull(kinds, "log-bodies"));
        if (limit < 1)
            throw new IllegalArgumentException("log-body-limit: " + limit + " (expected: >= 1)");
    }

    public static BodyConfig all() {
        return NONE.withKinds(EnumSet.allOf(Kind.class));
    }

    public BodyConfig withKinds(Set<Kind> value) {
        return new BodyConfig(value, limit, decompress);
    }

    public BodyConfig withLimit(int bytes) {
        return new BodyConfig(kinds, bytes, decompress);
    }

    public BodyConfig withDecompress(boolean value) {
        return new BodyConfig(kinds, limit, value);
    }

    /** The kind of a body that is to be captured, or null for one that is not. */
    @Nullable Kind captured(@Nullable String contentType, @Nullable String contentEncoding) {
        if (kinds.isEmpty() || contentType == null) return null;
        if (contentEncoding != null
                && !contentEncoding.equalsIgnoreCase("identity")
                && !(decompress && Decompression.knows(contentEncoding))) return null;
        Kind kind = kind(contentType);
        return kind != null && kinds.contains(kind) ? kind : null;
    }

    private static @Nullable Kind kind(String contentType) {
        int end = contentType.indexOf(';');
        String type = end < 0 ? contentType : contentType.substring(0, end);
        type = type.strip().toLowerCase(Locale.ROOT);
        if (type.equals("application/json") || type.endsWith("+json")) return Kind.JSON;
        if (type.equals("application/x-www-form-urlencoded")) return Kind.FORM;
        return type.startsWith("text/") ? Kind.TEXT : null;
    }
}
