package io.dropguard.samples.quickstart;

import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Writes JSON. Thread-safe. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    static void write(ServletResponse response, Object value) throws IOException {
        response.setContentType("application/json");
        response.getOutputStream().write(MAPPER.writeValueAsBytes(value));
        response.getOutputStream().write('\n');
    }

    /** For a request that cannot be served: 400, with what was expected. */
    static void badRequest(HttpServletResponse response, String message) throws IOException {
        response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
        write(response, Map.of("error", message));
    }
}
