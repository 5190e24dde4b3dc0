package io.dropguard.samples.scenarios;

import java.io.PrintStream;

/**
 * White space before a slow response finds out that its client has left, where nobody watches the
 * connection: the server is not guarded, its context is, by a filter.
 *
 * <pre>{@code
 * timeout 1 curl -s -N http://127.0.0.1:8080/slow-response
 * }</pre>
 *
 * <p>The client sees a space every 200 ms until it leaves after a second. Soon a space cannot be
 * written, and the computation is stopped.
 */
public final class Serve1c {
    static final String COMMAND = "timeout 1 curl -s -N http://127.0.0.1:8080/slow-response";

    private Serve1c() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/slow-response", Work.slow(console));
        Filters.add(scenario, "/*", "heartbeat", "auto", "heartbeat-interval", "200ms");
        return scenario.start();
    }
}
