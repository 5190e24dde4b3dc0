package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import io.dropguard.connector.HalfClose;
import java.io.PrintStream;

/**
 * A client that has closed its side of the connection is gone, and no thread waits for it: an event
 * tells.
 *
 * <pre>{@code
 * timeout 1 curl -s http://127.0.0.1:8080/
 * }</pre>
 *
 * <p>The client would have its page after ten seconds, and leaves after one: {@code got event:
 * client lost (FIN) after 1000 ms} or so is printed.
 */
public final class Evtserve1HandleHalfClosed {
    static final String COMMAND = "timeout 1 curl -s http://127.0.0.1:8080/";

    private Evtserve1HandleHalfClosed() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/", new LatePage(console));
        DropGuard.builder().halfClose(HalfClose.LOSS).build().installOn(scenario.server());
        return scenario.start();
    }
}
