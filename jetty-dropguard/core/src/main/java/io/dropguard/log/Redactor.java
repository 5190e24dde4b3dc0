package io.dropguard.log;

/**
 * Decides what may be stored of a value that came with a request or went with a response. It is
 * asked before the value is stored anywhere. Implementations are thread-safe. One that throws has
 * the whole record redacted.
 */
@FunctionalInterface
public interface Redactor {
    /** What stands in a value's place. */
    String REDACTED = "REDACTED";

    /** Where a value stands. */
    enum Part {
        /** Name in lower case. A header of the request. */
        REQUEST_HEADER,
        /** Name in lower case. A header of the response. */
        RESPONSE_HEADER,
        /** A parameter of the query, its name decoded, its value as it came. */
        QUERY,
        /** A parameter within the path, such as {@code ;jsessionid=...}. */
        PATH,
        /** A field of a form, its name decoded, its value as it came. */
        FORM,
        /**
         * A property within a JSON body. Its name is the dotted path from the body's root, array
         * indexes left out; its value is empty if it is an object or an array.
         */
        JSON,
        /** A body of text as a whole, or as much of it as was captured. Its name is empty. */
        TEXT
    }

    /** The value itself, or what may be stored in its place. */
    String redact(Part part, String name, String value);

    /** This one, and then another one on what this one leaves. */
    default Redactor then(Redactor next) {
        return (part, name, value) -> next.redact(part, name, redact(part, name, value));
    }

    /** Lets nothing through. */
    static Redactor everything() {
        return (part, name, value) -> REDACTED;
    }
}
