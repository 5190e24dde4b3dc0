package io.dropguard.samples.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class Serve6bTest {
    /** What timeout exits with when it had to end the command. */
    private static final int TIMED_OUT = 124;

    @Test
    void aClientThatLeavesIsLoggedWithItsRequestAndTheWorkStops() throws Exception {
        LoggedLines log = new LoggedLines();
        try (ScenarioServer server = Serve6b.start(0, log)) {
            assertThat(Shell.run(Serve6b.COMMAND, server.port()).status()).isEqualTo(TIMED_OUT);
            JsonNode record = log.only();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("client_lost");
            assertThat(record.get("dropguard.request.body").get(1).asInt()).isEqualTo(2);
            assertThat(record.get("dropguard.loss.after_ms").asDouble()).isLessThan(10_000);
            assertThat(record.get("dropguard.ran_on_ms").asDouble()).isLessThan(10_000);
        }
    }

    @Test
    void aClientThatWaitsIsLoggedWithRequestAndResponse() throws Exception {
        LoggedLines log = new LoggedLines();
        try (ScenarioServer server = Serve6b.start(0, log)) {
            String command =
                    Serve6b.COMMAND.replace("sum/60", "sum/0").replace("timeout 1", "timeout 20");
            assertThat(Shell.run(command, server.port()).output()).isEqualTo("{\"sum\":3}\n");
            JsonNode record = log.only();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
            assertThat(record.get("dropguard.request.body").get(0).asInt()).isEqualTo(1);
            assertThat(record.get("dropguard.response.body").get("sum").asInt()).isEqualTo(3);
        }
    }

    @Test
    void anExceptionThatTheServletThrowsIsNamed() throws Exception {
        LoggedLines log = new LoggedLines();
        try (ScenarioServer server = Serve6b.start(0, log)) {
            String command =
                    Serve6b.COMMAND.replace("[1,2]", "[one]").replace("timeout 1", "timeout 20");
            assertThat(Shell.run(command, server.port()).output()).contains("500");
            JsonNode record = log.only();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("failed");
            assertThat(record.get("error.type").asString())
                    .isEqualTo("java.lang.NumberFormatException");
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(500);
        }
    }
}
