package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import java.io.PrintStream;

/**
 * The least that there is: a page, and a guard that has nothing to do.
 *
 * <pre>{@code
 * timeout 20 curl -s http://127.0.0.1:8080/
 * }</pre>
 *
 * <p>The client has its page.
 */
public final class Evtserve1 {
    static final String COMMAND = "timeout 20 curl -s http://127.0.0.1:8080/";

    private Evtserve1() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario =
                new ScenarioServer(
                        port,
                        "/",
                        new Work(
                                console,
                                (request, response) -> {
                                    response.setContentType("text/html");
                                    response.getOutputStream()
                                            .print("<html><body>Hello, world!</body></html>");
                                }));
        DropGuard.create().installOn(scenario.server());
        return scenario.start();
    }
}
