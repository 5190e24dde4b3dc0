package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to leave stops a blocking handler, over every protocol. */
class SignalTest {
    /** Enough to meet the races of arming, few enough for every build. */
    private static final int TRIALS = 12;

    static Stream<Arguments> departures() {
        List<Arguments> all = new ArrayList<>();
        for (Protocol protocol : Protocol.values())
            for (Departure departure : Departure.values())
                if (departure.isPossibleOver(protocol))
                    for (Duration delay : List.of(Duration.ZERO, Duration.ofMillis(5)))
                        all.add(Arguments.of(protocol, departure, delay));
        return all.stream();
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("departures")
    void aBlockingHandlerIsInterruptedWhenItsClientLeaves(
            Protocol protocol, Departure departure, Duration delay) throws Exception {
        Work work = new Work();
        DropGuard guard = DropGuard.builder().watchDelay(delay).build();
        try (TestServer server =
                TestServer.speaking(protocol).handledBy(work).guardedBy(guard::installOn).start()) {
            for (int i = 0; i < TRIALS; i++) {
                try (TestClient client = TestClient.connect(server)) {
                    // over TLS it reads the session tickets with it, which would turn FIN into RST
                    client.get("/hello");
                    assertThat(client.body()).isEqualTo("hello");
                    client.get("/job");
                    Work.Run run = work.awaitRun();
                    assertThat(run.bornInterrupted).isFalse();
                    client.leave(departure);

                    ClientLoss loss = run.awaitLoss();
                    assertThat(loss.signal()).isIn(expected(departure));
                    assertThat(loss.after()).isPositive().isLessThan(Duration.ofSeconds(20));
                    if (loss.signal() == Signal.RST && !protocol.isMultiplexed())
                        assertThat(loss.failure()).hasMessageContaining("reset");
                    assertThat(run.interrupted).isTrue();
                    assertThat(run.exchange.token().reason()).contains(loss);
                }
            }
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
            assertThat(guard.statistics().interrupts()).isEqualTo(TRIALS);
            assertThat(guard.statistics().losses().values().stream().mapToLong(n -> n).sum())
                    .isEqualTo(TRIALS);
            await().untilAsserted(() -> assertThat(server.buffers().getLeaks()).isEmpty());
        }
    }

    private static Set<Signal> expected(Departure departure) {
        return switch (departure) {
            case FIN -> Set.of(Signal.FIN);
            case RST -> Set.of(Signal.RST);
            case STREAM_RESET -> Set.of(Signal.STREAM_RESET);
            // the FIN behind it may be read before the GOAWAY has been worked through
            case GO_AWAY -> Set.of(Signal.STREAM_RESET, Signal.FIN);
        };
    }
}
