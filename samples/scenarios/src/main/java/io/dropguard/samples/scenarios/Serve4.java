package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * Errors are logged when they tell something: not those of work that was stopped.
 *
 * <pre>{@code
 * timeout 1 curl -s http://127.0.0.1:8080/fail/60
 * }</pre>
 *
 * <p>The servlet fails after a minute, or when it is stopped. The client leaves after a second, and
 * nothing is logged. With {@code fail/0} in place of {@code fail/60} the failure is logged, and
 * answered with 500.
 */
public final class Serve4 {
    static final String COMMAND = "timeout 1 curl -s http://127.0.0.1:8080/fail/60";

    private Serve4() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario =
                new ScenarioServer(
                        port,
                        "/fail/*",
                        new Work(
                                console,
                                (request, response) -> {
                                    TimeUnit.SECONDS.sleep(
                                            Long.parseLong(request.getPathInfo().substring(1)));
                                    throw new IllegalStateException("it has failed");
                                }));
        DropGuard.create().installOn(scenario.server());
        Filters.add(scenario, "/*");
        return scenario.start();
    }
}
