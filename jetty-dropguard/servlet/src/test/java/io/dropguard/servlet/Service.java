package io.dropguard.servlet;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A servlet written as a lambda. */
@FunctionalInterface
interface Service {
    void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;

    static HttpServlet servlet(Service service) {
        return new HttpServlet() {
            private static final long serialVersionUID = 1;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response)
                    throws ServletException, IOException {
                try {
                    service.handle(request, response);
                } catch (ServletException | IOException | RuntimeException failure) {
                    throw failure;
                } catch (Exception failure) {
                    throw new ServletException(failure);
                }
            }
        };
    }
}
