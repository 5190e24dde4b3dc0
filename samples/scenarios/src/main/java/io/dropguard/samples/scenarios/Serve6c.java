package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import java.io.PrintStream;

/**
 * Heartbeats and a time limit, by configuration: the servlet knows of neither.
 *
 * <pre>{@code
 * timeout 20 curl -s http://127.0.0.1:8080/slow-response
 * }</pre>
 *
 * <p>The client sees a space every 200 ms, and after a second a problem document, for the status
 * has gone with the first space. The computation is stopped.
 */
public final class Serve6c {
    static final String COMMAND = "timeout 20 curl -s http://127.0.0.1:8080/slow-response";

    private Serve6c() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/slow-response", Work.slow(console));
        DropGuard.builder()
                .set("heartbeat", "auto")
                .set("heartbeat-interval", "200ms")
                .set("response-deadline", "1s")
                .build()
                .installOn(scenario.server());
        return scenario.start();
    }
}
