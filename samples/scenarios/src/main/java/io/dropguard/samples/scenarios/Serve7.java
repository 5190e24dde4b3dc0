package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import io.dropguard.cancel.CancellationReason;
import io.dropguard.servlet.ServletGuard;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/**
 * The loss of a client can be caught: an exception in the thread that works for it.
 *
 * <pre>{@code
 * timeout 1 curl -s http://127.0.0.1:8080/slow-response
 * }</pre>
 *
 * <p>The client leaves after a second, and the servlet prints {@code caught: client lost (FIN)
 * after 1000 ms} or so.
 */
public final class Serve7 {
    static final String COMMAND = "timeout 1 curl -s http://127.0.0.1:8080/slow-response";

    private Serve7() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario =
                new ScenarioServer(
                        port,
                        "/slow-response",
                        new Work(
                                console,
                                (request, response) -> {
                                    try {
                                        TimeUnit.MINUTES.sleep(1);
                                    } catch (InterruptedException stopped) {
                                        String why =
                                                ServletGuard.token(request)
                                                        .reason()
                                                        .map(CancellationReason::describe)
                                                        .orElse("somebody else");
                                        console.println("caught: " + why);
                                    }
                                }));
        DropGuard.create().installOn(scenario.server());
        return scenario.start();
    }
}
