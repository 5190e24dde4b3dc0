package io.dropguard.samples.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class Serve8Test {
    @Test
    void theLogWorksOnItsOwn() throws Exception {
        LoggedLines log = new LoggedLines();
        try (ScenarioServer server = Serve8.start(0, log)) {
            // the first request of a server that has just started may take its time
            String command = Serve8.COMMAND.replace("timeout 1", "timeout 20");
            assertThat(Shell.run(command, server.port()).output()).isEqualTo("{\"sum\":3}\n");
            JsonNode record = log.only();
            assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(200);
            assertThat(record.get("dropguard.request.body").get(0).asInt()).isEqualTo(1);
            assertThat(record.get("dropguard.response.body").get("sum").asInt()).isEqualTo(3);
        }
    }
}
