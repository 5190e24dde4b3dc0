package io.dropguard.log;

import io.dropguard.log.Redactor.Part;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import org.eclipse.jetty.http.MimeTypes;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/** Makes of a captured body what a record may say of it. Confined to one thread at a time. */
final class BodyRenderer {
    /** Stands where an incomplete body was cut; no ASCII ends like it. */
    private static final char REPLACEMENT = 0xFFFD;

    private final ByteTarget json = new ByteTarget();
    private @Nullable JsonGenerator generator; // null before the first body, and after a broken one

    /**
     * A body, redacted. Valid until the next one is rendered.
     *
     * @param text its text, or null if {@code json} has it
     * @param json one whole JSON value, or as much of one as could be read
     * @param whole whether it is one whole JSON value
     * @param truncated whether there is more of it than is shown
     */
    record Rendered(
            @Nullable String text, @Nullable ByteTarget json, boolean whole, boolean truncated) {
        @Override
        public String toString() {
            return text != null ? text : String.valueOf(json);
        }
    }

    /** The body, or null if there is nothing to show. */
    @Nullable Rendered render(BodyCapture capture, Redactor redactor) {
        BodyConfig.Kind kind = capture.kind();
        ByteBuffer content = capture.content();
        if (kind == null || !content.hasRemaining()) return null;
        boolean truncated = capture.isTruncated();
        String encoding = capture.contentEncoding();
        if (encoding != null && Decompression.knows(encoding)) {
            Decompression unpacked = Decompression.of(content, encoding, capture.limit());
            content = unpacked.content();
            truncated |= !unpacked.whole();
        }
        Charset charset = charset(capture.contentType());
        return switch (kind) {
            case JSON -> json(content, charset, truncated, redactor);
            case FORM ->
                    text(
                            new UriRedaction(redactor)
                                    .parameters(Part.FORM, decode(content, charset, truncated)),
                            truncated);
            case TEXT ->
                    text(
                            redactor.redact(Part.TEXT, "", decode(content, charset, truncated)),
                            truncated);
        };
    }

    private static Rendered text(String text, boolean truncated) {
        return new Rendered(Text.wellFormed(text), null, false, truncated);
    }

    /**
     * What is no whole JSON value is shown as far as it could be read: beyond that nobody knows
     * what is the value of which name, and so what is a secret.
     */
    private @Nullable Rendered json(
            ByteBuffer content, @Nullable Charset charset, boolean truncated, Redactor redactor) {
        json.reset();
        JsonGenerator out = generator == null ? Json.generator(json) : generator;
        generator = null;
        boolean whole = !truncated;
        try (JsonParser in = parser(content, charset)) {
            new JsonCopy(in, out, redactor).copy();
        } catch (JacksonException malformed) {
            whole = false;
        }
        out.flush();
        if (whole) generator = out; // it is between two values
        if (whole && json.size() == 0) return null; // blanks
        return new Rendered(null, json, whole, truncated);
    }

    private static JsonParser parser(ByteBuffer content, @Nullable Charset charset) {
        return charset == null || charset.equals(StandardCharsets.UTF_8)
                ? Json.parser(
                        content.array(),
                        content.arrayOffset() + content.position(),
                        content.remaining())
                : Json.parser(charset.decode(content).toString());
    }

    private static String decode(ByteBuffer content, @Nullable Charset charset, boolean truncated) {
        String text =
                (charset == null ? StandardCharsets.UTF_8 : charset).decode(content).toString();
        int end = text.length();
        // a character that was cut in two is no invalid one
        if (truncated && end > 0 && text.charAt(end - 1) == REPLACEMENT) end--;
        return text.substring(0, end);
    }

    private static @Nullable Charset charset(@Nullable String contentType) {
        String name = contentType == null ? null : MimeTypes.getCharsetFromContentType(contentType);
        if (name == null) return null;
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return null;
        }
    }
}
