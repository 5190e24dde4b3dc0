package io.dropguard.heartbeat;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MimeTypes;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes may be sent now without harming a message. Sees all that the application sends, in
 * order. Confined to the lock of its response.
 */
public sealed interface Heartbeat permits LeadingWhitespace, EventComment, EmptyLine, TextSequence {

    /** The charsets in which a space is the byte 0x20. */
    Set<String> ASCII_BASED = Set.of("utf-8", "us-ascii", "iso-8859-1", "windows-1252");

    /**
     * The heartbeat for a content type, at the beginning of its body; null if it allows none.
     *
     * <ul>
     *   <li>{@code application/json}, {@code +json}: a space before the text (RFC 8259, section 2)
     *   <li>{@code text/event-stream}: a comment between events (WHATWG HTML, section 9.2.6)
     *   <li>{@code application/x-ndjson}: an empty line between lines
     *   <li>{@code application/json-seq}: a record separator between texts (RFC 7464, section 2.1)
     *   <li>{@code text/html}: a line break before the document
     *   <li>XML, if {@code xml}: a space before the document, which must have no XML declaration
     * </ul>
     */
    static @Nullable Heartbeat forContentType(String contentType, boolean xml) {
        String type = HttpField.getValueParameters(contentType, null);
        if (type == null) return null;
        type = type.strip().toLowerCase(Locale.ROOT);
        String charset = MimeTypes.getCharsetFromContentType(contentType);
        if (charset != null && !ASCII_BASED.contains(charset.toLowerCase(Locale.ROOT))) return null;
        if (type.equals("application/json") || type.endsWith("+json"))
            return new LeadingWhitespace(LeadingWhitespace.JSON);
        if (type.equals("text/event-stream")) return new EventComment();
        if (type.equals("application/x-ndjson") || type.equals("application/jsonl"))
            return new EmptyLine();
        if (type.equals("application/json-seq") || type.endsWith("+json-seq"))
            return new TextSequence();
        if (type.equals("text/html")) return new LeadingWhitespace(LeadingWhitespace.HTML);
        if (xml && (type.endsWith("/xml") || type.endsWith("+xml")))
            return new LeadingWhitespace(LeadingWhitespace.XML);
        return null;
    }

    /** The bytes that are legal now; null if there are none now, or any more. Not to be changed. */
    byte @Nullable [] bytes();

    /** The application sends these bytes next; their position is left as it is. */
    void sent(ByteBuffer content);

    /** Whether there can be heartbeats after the application's first byte. */
    boolean goesBetween();

    /**
     * How a failure can be told before the application's first byte, though heartbeats were sent;
     * null if the body cannot tell it.
     *
     * @param json a JSON document in one line
     */
    @Nullable String failure(String json);
}
