package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Connections that move on while they are shut down: those that moved on first are not cut, and
 * those that did not are not spared.
 */
class RecoveryRaceTest {
    private static final int TRIALS = 10_000;

    /** 500: each is a connection of its own; the long run has all 10,000. */
    private static final int TRIALS_ON_THE_WIRE = Integer.getInteger("dropguard.races", 500);

    @Test
    void inMemoryExactlyOneOfThemComesFirst() throws Exception {
        ConnectionRegistry registry = new ConnectionRegistry(MonitorConfig.DEFAULT);
        ExecutorService other = Executors.newSingleThreadExecutor();
        CyclicBarrier together = new CyclicBarrier(2);
        int cut = 0;
        try {
            for (int i = 0; i < TRIALS; i++) {
                FakeSocket socket = new FakeSocket("10.0.0.1");
                FakeExchange exchange = new FakeExchange("/");
                TrackedConnection connection = registry.track(socket);
                connection.filled(1);
                connection.awaitsBytes();
                ConnectionSnapshot seen = registry.snapshot().get(0);
                int pause = ThreadLocalRandom.current().nextInt(200);
                Future<Boolean> recovered =
                        other.submit(
                                () -> {
                                    together.await();
                                    spin(200 - pause);
                                    return connection.begin(exchange, "HTTP/1.1");
                                });
                together.await();
                spin(pause);
                boolean ended = registry.shutdown(seen.id(), seen.epoch());
                assertThat(ended).isNotEqualTo(recovered.get());
                assertThat(socket.shutdowns).hasSize(ended ? 1 : 0);
                assertThat(connection.isEnded()).isEqualTo(ended);
                if (ended) cut++;
                else assertThat(exchange.reasons).isEmpty();
                connection.closed();
            }
        } finally {
            other.shutdownNow();
        }
        assertThat(cut).as("both orders were met").isBetween(1, TRIALS - 1);
    }

    @Test
    void onTheWireWhoeverRecoveredFirstIsAnsweredAndNobodyElseIs() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        CyclicBarrier together = new CyclicBarrier(2);
        int cut = 0;
        List<String> wrong = new ArrayList<>();
        try (StuckServer server = new StuckServer(Protocol.HTTP_1)) {
            Connections connections = server.guard.connections();
            for (int i = 0; i < TRIALS_ON_THE_WIRE; i++) {
                try (RawClient client = RawClient.connect(server.port())) {
                    client.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12345");
                    ConnectionSnapshot stuck = server.awaitPhase(ConnectionPhase.READING_BODY);
                    int pause = ThreadLocalRandom.current().nextInt(100_000);
                    Future<?> recovery =
                            other.submit(
                                    () -> {
                                        together.await();
                                        client.send("6789");
                                        return null;
                                    });
                    together.await();
                    spin(pause);
                    boolean ended = connections.shutdown(stuck.id(), stuck.epoch());
                    recovery.get(20, TimeUnit.SECONDS);
                    String answer = ended ? client.readAll() : client.readResponse();
                    if (ended) cut++;
                    if (answer.endsWith("done") == ended) wrong.add(ended + ": " + answer);
                }
                server.awaitNoConnection();
            }
        } finally {
            other.shutdownNow();
        }
        assertThat(wrong).isEmpty();
        assertThat(cut).as("both orders were met").isBetween(1, TRIALS_ON_THE_WIRE - 1);
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) Thread.onSpinWait();
    }
}
