package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import io.dropguard.connector.HalfClose;
import java.io.PrintStream;

/**
 * The same, and a client that has vanished without a word is gone too: TCP keepalive asks for it
 * after a second, three times. Linux and macOS.
 *
 * <pre>{@code
 * timeout 1 curl -s http://127.0.0.1:8080/
 * }</pre>
 *
 * <p>A client that leaves says so: {@code got event: client lost (FIN) after 1000 ms} or so. One
 * whose network is unplugged is noticed four seconds later, for its connection fails then.
 */
public final class Evtserve1HandleHalfClosedHalfOpen {
    static final String COMMAND = "timeout 1 curl -s http://127.0.0.1:8080/";

    private Evtserve1HandleHalfClosedHalfOpen() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, PrintStream console) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/", new LatePage(console));
        KeepAlive.addTo(scenario.server());
        DropGuard.builder().halfClose(HalfClose.LOSS).build().installOn(scenario.server());
        return scenario.start();
    }
}
