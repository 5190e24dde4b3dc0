package io.dropguard.samples.scenarios;

import io.dropguard.log.BodyConfig;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.ExchangeSink;
import io.dropguard.log.LogConfig;
import java.io.OutputStream;

/**
 * The logging of {@link Serve6b} à la carte: the log alone, on a server that is not guarded.
 *
 * <pre>{@code
 * timeout 1 curl -s -H 'Content-Type: application/json' -d '[1,2]' http://127.0.0.1:8080/servlets/sum/0
 * }</pre>
 *
 * <p>The client has its answer in time, and the record holds both bodies. Had it left, nothing
 * would have stopped the computation.
 */
public final class Serve8 {
    static final String COMMAND =
            "timeout 1 curl -s -H 'Content-Type: application/json' -d '[1,2]'"
                    + " http://127.0.0.1:8080/servlets/sum/0";

    private Serve8() {}

    public static void main(String[] arguments) throws Exception {
        start(ScenarioServer.PORT, System.out);
    }

    static ScenarioServer start(int port, OutputStream log) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/servlets/sum/*", new SlowSum());
        LogConfig config = LogConfig.DEFAULT.withBodies(BodyConfig.all());
        scenario.server().insertHandler(new ExchangeLog(config, ExchangeSink.stream(log)));
        return scenario.start();
    }
}
