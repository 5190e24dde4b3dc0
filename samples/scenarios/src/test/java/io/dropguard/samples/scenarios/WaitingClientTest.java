package io.dropguard.samples.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands of the scenarios whose client waits to the end. */
class WaitingClientTest {
    private final Console console = new Console();

    @Test
    void serve4AnswersAFailureThatSomebodyHears() throws Exception {
        try (ScenarioServer server = Serve4.start(0, console.stream())) {
            String command =
                    Serve4.COMMAND.replace("fail/60", "fail/0").replace("timeout 1", "timeout 20");
            assertThat(Shell.run(command, server.port()).output()).contains("it has failed");
        }
    }

    @Test
    void serve6FindsWhatThereIs() throws Exception {
        try (ScenarioServer server = Serve6.start(0, console.stream())) {
            String command = Serve6.COMMAND.replace("timeout 1", "timeout 20");
            assertThat(Shell.run(command.replace("slow", "quick"), server.port()).output())
                    .isEqualTo("{\"i\":1}\n");
            assertThat(Shell.run(command.replace("slow", "no"), server.port()).output())
                    .contains("404");
        }
    }

    @Test
    void serve6cEndsAtItsDeadlineAndTheAnswerSaysSo() throws Exception {
        try (ScenarioServer server = Serve6c.start(0, console.stream())) {
            Shell run = Shell.run(Serve6c.COMMAND, server.port());

            assertThat(run.status()).isZero();
            assertThat(run.output()).startsWith("  ");
            JsonNode problem = JsonMapper.shared().readTree(run.output());
            assertThat(problem.get("status").asInt()).isEqualTo(503);
            assertThat(console.millis("finished in ")).isLessThan(20_000);
        }
    }

    @Test
    void evtserve1Answers() throws Exception {
        try (ScenarioServer server = Evtserve1.start(0, console.stream())) {
            assertThat(Shell.run(Evtserve1.COMMAND, server.port()).output())
                    .contains("Hello, world!");
        }
    }
}
