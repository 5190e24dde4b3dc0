package io.dropguard.exchange;

import org.eclipse.jetty.http.HttpStatus;

/**
 * What went wrong, as JSON (RFC 9457). Immutable.
 *
 * @param status the status that says it, though a response may have been committed with another
 * @param detail in our own words: nothing a peer or the application said, so nothing to escape
 */
record ProblemDocument(int status, String detail) {
    static final String CONTENT_TYPE = "application/problem+json";

    /** In one line. */
    String toJson() {
        return "{\"type\":\"about:blank\",\"title\":\""
                + HttpStatus.getMessage(status)
                + "\",\"status\":"
                + status
                + ",\"detail\":\""
                + detail
                + "\"}";
    }
}
