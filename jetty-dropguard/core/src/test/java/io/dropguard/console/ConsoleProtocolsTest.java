package io.dropguard.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConsoleProtocolsTest {
    @ParameterizedTest
    @EnumSource
    void thePageAndItsScriptsAreServed(Protocol protocol) throws Exception {
        try (ConsoleServer console = ConsoleServer.speaking(protocol);
                TestClient client = TestClient.connect(console.server)) {
            client.get("/dropguard/");
            assertThat(client.body()).startsWith("<!DOCTYPE html>").contains("console.js");
            client.get("/dropguard/view.js");
            assertThat(client.body()).contains("export function");
        }
    }

    @ParameterizedTest
    @EnumSource
    void connectionsOfTheProtocolAreTold(Protocol protocol) throws Exception {
        String version = protocol.isMultiplexed() ? "HTTP/2.0" : "HTTP/1.1";
        try (ConsoleServer console = ConsoleServer.speaking(protocol);
                TestClient working = TestClient.connect(console.server);
                TestClient client = TestClient.connect(console.server)) {
            working.get("/job/on");
            await().until(() -> computing(console) == 1);

            client.get("/dropguard/connections");
            assertThat(client.body())
                    .contains("\"count\":2,\"matching\":2,\"stuck\":0,")
                    .contains("\"computing\":1", "\"idle\":1")
                    .contains("\"protocol\":\"" + version + "\"")
                    .contains("\"method\":\"GET\",\"path\":\"/job/on\"");
            console.release.countDown();
            assertThat(working.body()).isEqualTo("application");
        }
    }

    private static int computing(ConsoleServer console) {
        return console.guard.connections().byPhase().get(ConnectionPhase.COMPUTING);
    }
}
