package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import java.io.PrintStream;

/**
 * A slow response, as opposed to a long one: nothing is written that could fail.
 *
 * <pre>{@code
 * timeout 1 curl -s http://127.0.0.1:8080/slow-response
 * }</pre>
 *
 * <p>The client leaves after a second, and the computation is stopped: {@code finished in 1000 ms}
 * or so, of a minute.
 */
public final class Serve1b {
    static final String COMMAND = "timeout 1 curl -s http://127.0.0.1:8080/slow-response";

    private Serve1b() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/slow-response", Work.slow(console));
        DropGuard.create().installOn(scenario.server());
        return scenario.start();
    }
}
