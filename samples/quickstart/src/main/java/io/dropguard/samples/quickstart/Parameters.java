package io.dropguard.samples.quickstart;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Reads the parameters of requests, and answers 400 if one does not fit. */
final class Parameters {
    /** An hour: longer than anybody waits. */
    private static final long MAX_MILLIS = 3_600_000;

    private Parameters() {}

    /** {@code ms}, by default 1000; -1 if the request was answered. */
    static long millis(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String given = request.getParameter("ms");
        if (given == null) return 1000;
        try {
            long millis = Long.parseLong(given);
            if (millis >= 0 && millis <= MAX_MILLIS) return millis;
        } catch (NumberFormatException notANumber) {
            // answered below
        }
        Json.badRequest(response, "ms: " + given + " (expected: 0.." + MAX_MILLIS + ")");
        return -1;
    }
}
