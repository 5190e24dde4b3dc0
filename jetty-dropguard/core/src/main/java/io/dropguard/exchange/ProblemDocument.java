package io.dropguard.exchange;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;

/**
 * What went wrong, as JSON (RFC 9457). Immutable.
 *
 * @param status the status that says it, though a response may have been committed with another
 * @param detail in our own words: nothing a peer or the application said, so nothing to escape
 */
record ProblemDocument(int status, String detail) {
    static final String CONTENT_TYPE = "application/problem+json";

    /** Of a failure after the response had begun. */
    static ProblemDocument lateFailure(Throwable failure) {
        int status = HttpStatus.INTERNAL_SERVER_ERROR_500;
        for (Throwable each = failure; each != null; each = each.getCause())
            if (each instanceof HttpException http) {
                status = http.getCode();
                break;
            }
        return new ProblemDocument(status, "failed after it had begun");
    }

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
