package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.Deadline;
import io.dropguard.exchange.WaitFixture.Application;
import io.dropguard.exchange.WaitFixture.Wire;
import io.dropguard.heartbeat.HeartbeatMode;
import io.dropguard.heartbeat.StockParsers;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.ContentResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link GatePropertyTest} with Jetty itself, and a client that reads what comes. */
class GateOverSocketsTest {
    /** Over each protocol: 2,000 together. */
    private static final int EXCHANGES = 1_000;

    private record Play(ScriptedApplication application, Semaphore written) {}

    private volatile Play current;
    private volatile GuardedExchange guarded; // of the current one

    @ParameterizedTest
    @EnumSource(Wire.class)
    void everyExchangeGivesOneMessage(Wire wire) throws Exception {
        long seed = new Random().nextLong();
        System.out.printf("%s: seed %d%n", wire, seed);
        int[] ends = new int[3];
        try (WaitFixture fixture =
                new WaitFixture(
                        policy ->
                                policy.heartbeat(HeartbeatMode.AUTO)
                                        .heartbeatInterval(Duration.ofMillis(10))
                                        .heartbeatFirstDelay(Duration.ZERO),
                        playing())) {
            for (int i = 0; i < EXCHANGES; i++) ends[exchange(fixture, wire, seed + i)]++;
            fixture.awaitQuiet();
        }
        System.out.printf("%s: %d whole, %d told, %d broken%n", wire, ends[0], ends[1], ends[2]);
        assertThat(ends[0]).isGreaterThan(EXCHANGES / 4);
        assertThat(ends[1]).isPositive();
    }

    private int exchange(WaitFixture fixture, Wire wire, long seed) throws Exception {
        Random random = new Random(seed);
        Semaphore written = new Semaphore(0);
        ScriptedApplication application = new ScriptedApplication(random, written::release);
        current = new Play(application, written);
        ContentResponse answer;
        try {
            answer = fixture.request(wire, "/?" + random.nextInt(4)).send();
        } catch (ExecutionException broken) {
            assertThat(application.succeeded && guarded.failure() == null)
                    .as("seed " + seed)
                    .isFalse();
            return 2;
        }
        String body = answer.getContentAsString();
        if (answer.getStatus() >= 500 || body.contains("about:blank")) return 1;
        String type = answer.getMediaType() == null ? "text/plain" : answer.getMediaType();
        assertThat(StockParsers.records(type, body))
                .as("seed " + seed)
                .isEqualTo(StockParsers.records(type, application.issued.toString()));
        return 0;
    }

    private Application playing() {
        return (request, response, callback) -> {
            ScriptedApplication application = current.application();
            Semaphore written = current.written();
            GuardedExchange exchange = GuardedExchange.of(request);
            guarded = exchange;
            if (request.getHttpURI().getQuery().equals("0"))
                exchange.setDeadline(Deadline.after(Duration.ofNanos(300_000)));
            application.begin(response, callback);
            while (!application.script.isEmpty()) {
                exchange.gate().beat(exchange.heartbeatConfig());
                if (!application.isReady()) written.tryAcquire(1, TimeUnit.MILLISECONDS);
                else if (application.isHandlersNext()) {
                    application.script.pop();
                    application.script.push(ScriptedApplication.Op.FAIL);
                } else application.step();
            }
        };
    }
}
