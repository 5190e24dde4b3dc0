package io.dropguard.samples.webapp;

import io.dropguard.servlet.ServletGuard;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code GET /report?seconds=N}: makes it on the request's thread. Thread-safe. */
public final class ReportServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        response.setContentType("application/json");
        try {
            String report = new Report(request, ServletGuard.token(request)).make();
            response.getOutputStream().print(report);
        } catch (InterruptedException nobodyWaits) {
            throw new ServletException(nobodyWaits);
        }
    }
}
