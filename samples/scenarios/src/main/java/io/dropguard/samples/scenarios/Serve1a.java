package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintStream;

/**
 * A long response whose client leaves: a write fails, and the clean-up runs.
 *
 * <pre>{@code
 * timeout 1 curl -s -o /dev/null http://127.0.0.1:8080/long-response
 * }</pre>
 *
 * <p>The client leaves after a second, and the servlet prints {@code finished in 1000 ms} or so.
 */
public final class Serve1a {
    static final String COMMAND =
            "timeout 1 curl -s -o /dev/null http://127.0.0.1:8080/long-response";

    private Serve1a() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario =
                new ScenarioServer(port, "/long-response", new Work(console, Serve1a::answer));
        DropGuard.create().installOn(scenario.server());
        return scenario.start();
    }

    private static void answer(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        response.setContentType("application/x-ndjson");
        ServletOutputStream out = response.getOutputStream();
        for (long i = 1; ; i++) out.print("{\"i\":" + i + "}\n"); // until it throws
    }
}
