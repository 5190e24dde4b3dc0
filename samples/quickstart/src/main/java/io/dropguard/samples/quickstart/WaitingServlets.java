package io.dropguard.samples.quickstart;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;

/** Slow answers whose clients are kept waiting in three ways. */
final class WaitingServlets {
    private WaitingServlets() {}

    /**
     * {@code GET /report?ms=N}: JSON after N ms; the guard sends a space every second meanwhile.
     */
    static final class Report extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            long millis = Parameters.millis(request, response);
            if (millis < 0) return;
            response.setContentType("application/json");
            Waiting.sleep(millis);
            Json.write(response, Map.of("report", "ready", "ms", millis));
        }
    }

    /** {@code GET /limited?ms=N}: JSON after N ms; the guard answers 503 after a second. */
    static final class Limited extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            long millis = Parameters.millis(request, response);
            if (millis < 0) return;
            Waiting.sleep(millis);
            Json.write(response, Map.of("limited", millis));
        }
    }

    /** {@code GET /events?ms=N}: a first and a last event, N ms apart, with comments between. */
    static final class Events extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            long millis = Parameters.millis(request, response);
            if (millis < 0) return;
            response.setContentType("text/event-stream");
            response.setCharacterEncoding("utf-8");
            PrintWriter out = response.getWriter();
            out.print("event: begin\ndata: {\"ms\":" + millis + "}\n\n");
            out.flush();
            Waiting.sleep(millis);
            out.print("event: end\ndata: {}\n\n");
        }
    }
}
