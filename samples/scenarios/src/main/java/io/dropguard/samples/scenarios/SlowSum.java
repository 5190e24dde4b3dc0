package io.dropguard.samples.scenarios;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Adds numbers as slowly as the last part of its path says: {@code /servlets/sum/3} takes 3 s. */
final class SlowSum extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        int[] numbers = numbers(request);
        try {
            TimeUnit.SECONDS.sleep(Integer.parseInt(request.getPathInfo().substring(1)));
        } catch (InterruptedException nobodyWaits) {
            throw new ServletException(nobodyWaits);
        }
        int sum = 0;
        for (int number : numbers) sum += number;
        response.setContentType("application/json");
        response.getOutputStream().print("{\"sum\":" + sum + "}\n");
    }

    /** The body is a JSON array of numbers. */
    private static int[] numbers(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readAllBytes();
        String text = new String(body, StandardCharsets.UTF_8).replaceAll("[\\[\\]\\s]", "");
        String[] parts = text.split(",", -1);
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) numbers[i] = Integer.parseInt(parts[i]);
        return numbers;
    }
}
