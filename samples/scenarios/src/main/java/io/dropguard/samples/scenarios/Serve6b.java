package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import io.dropguard.log.BodyConfig;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.ExchangeSink;
import io.dropguard.log.LogConfig;
import java.io.OutputStream;

/**
 * Logs both requests and responses as JSON, those whose client left included.
 *
 * <pre>{@code
 * timeout 1 curl -s -H 'Content-Type: application/json' -d '[1,2]' http://127.0.0.1:8080/servlets/sum/60
 * }</pre>
 *
 * <p>The client leaves after a second. The computation is stopped, and the record says {@code
 * "dropguard.outcome":"client_lost"} and holds the request's body. With {@code sum/0} in place of
 * {@code sum/60} it says {@code completed} and holds both bodies.
 */
public final class Serve6b {
    static final String COMMAND =
            "timeout 1 curl -s -H 'Content-Type: application/json' -d '[1,2]'"
                    + " http://127.0.0.1:8080/servlets/sum/60";

    private Serve6b() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, OutputStream log) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/servlets/sum/*", new SlowSum());
        LogConfig config = LogConfig.DEFAULT.withBodies(BodyConfig.all());
        DropGuard.builder()
                .log(new ExchangeLog(config, ExchangeSink.stream(log)))
                .build()
                .installOn(scenario.server());
        return scenario.start();
    }
}
