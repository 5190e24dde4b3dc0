package io.dropguard.samples.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.io.PrintStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command of each scenario whose client leaves after a second. */
class DroppedClientTest {
    /** What timeout exits with when it had to end the command. */
    private static final int TIMED_OUT = 124;

    /** 20 s: a busy machine; the work would take a minute, or for ever. */
    private static final long SOON_MILLIS = 20_000;

    interface Start {
        ScenarioServer start(int port, PrintStream console) throws Exception;
    }

    record Scenario(String name, Start server, String command, String told) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Scenario> scenarios() {
        String finished = "finished in ";
        return Stream.of(
                new Scenario("serve1a", Serve1a::start, Serve1a.COMMAND, finished),
                new Scenario("serve1b", Serve1b::start, Serve1b.COMMAND, finished),
                new Scenario("serve1c", Serve1c::start, Serve1c.COMMAND, finished),
                new Scenario("serve4", Serve4::start, Serve4.COMMAND, finished),
                new Scenario("serve6", Serve6::start, Serve6.COMMAND, finished),
                new Scenario("serve7", Serve7::start, Serve7.COMMAND, "caught: client lost (FIN)"),
                new Scenario(
                        "evtserve1-handle-half-closed",
                        Evtserve1HandleHalfClosed::start,
                        Evtserve1HandleHalfClosed.COMMAND,
                        "got event: client lost (FIN)"),
                new Scenario(
                        "evtserve1-handle-half-closed-half-open",
                        Evtserve1HandleHalfClosedHalfOpen::start,
                        Evtserve1HandleHalfClosedHalfOpen.COMMAND,
                        "got event: client lost (FIN)"));
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("scenarios")
    void theWorkStopsWhenItsClientLeaves(Scenario scenario) throws Exception {
        Console console = new Console();
        try (ScenarioServer server = scenario.server().start(0, console.stream())) {
            Shell run = Shell.run(scenario.command(), server.port());

            assertThat(run.status()).isEqualTo(TIMED_OUT);
            assertThat(run.output()).isBlank();
            assertThat(console.millis(scenario.told())).isLessThan(SOON_MILLIS);
        }
    }
}
