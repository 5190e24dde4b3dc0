package io.dropguard.console;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Whole answers. */
final class Answer {
    private Answer() {}

    static void refuse(Response response, Callback callback, ConsoleAccess.Refusal refusal) {
        if (refusal.status() == HttpStatus.UNAUTHORIZED_401)
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
        text(response, callback, refusal.status(), refusal.reason());
    }

    /** A line. */
    static void text(Response response, Callback callback, int status, String line) {
        bytes(
                response,
                callback,
                status,
                "text/plain;charset=utf-8",
                StandardCharsets.UTF_8.encode(line + "\n"));
    }

    static void bytes(
            Response response,
            Callback callback,
            int status,
            String contentType,
            ByteBuffer content) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, content.remaining());
        response.write(true, content, callback);
    }
}
