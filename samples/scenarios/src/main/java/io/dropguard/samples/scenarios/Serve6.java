package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import io.dropguard.heartbeat.HeartbeatMode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The workaround of {@link Serve1c} without its price: one servlet for all paths, and heartbeats
 * for the slow ones only.
 *
 * <pre>{@code
 * timeout 1 curl -s -N http://127.0.0.1:8080/slow-response
 * }</pre>
 *
 * <p>The slow response has heartbeats and stops. {@code /quick-response} answers at once, without,
 * and any other path is not found.
 */
public final class Serve6 {
    static final String COMMAND = "timeout 1 curl -s -N http://127.0.0.1:8080/slow-response";

    private Serve6() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario =
                new ScenarioServer(port, "/", new Work(console, Serve6::dispatch));
        DropGuard.builder()
                .path(
                        "/slow-response",
                        p ->
                                p.heartbeat(HeartbeatMode.AUTO)
                                        .heartbeatInterval(Duration.ofMillis(200)))
                .build()
                .installOn(scenario.server());
        return scenario.start();
    }

    private static void dispatch(HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        response.setContentType("application/json");
        switch (request.getServletPath()) {
            case "/slow-response" -> TimeUnit.MINUTES.sleep(1);
            case "/quick-response" -> {}
            default -> {
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
                return;
            }
        }
        response.getOutputStream().print("{\"i\":1}\n");
    }
}
