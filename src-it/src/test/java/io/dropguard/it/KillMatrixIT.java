package io.dropguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.it.QuickstartProcess.Stats;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client speaks, however it leaves, and whatever the server does for it: it stops. */
class KillMatrixIT {
    /** For each cell; {@code -Plong} makes it 1,000. */
    private static final int TRIALS = Integer.getInteger("trials");

    /** A process a trial costs more than a socket. */
    private static final int KILLS = Math.max(20, TRIALS / 5);

    /** An hour: what ends earlier was stopped. */
    private static final long WORK_MILLIS = 3_600_000;

    /** 30 s: a busy machine; what is never noticed is still not noticed then. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir static Path directory;
    static QuickstartProcess server;

    record Cell(Protocol protocol, String mode, Departure departure) {
        int trials() {
            return departure == Departure.KILLED_CURL ? KILLS : TRIALS;
        }

        /** How many at once: those that compute take a core each, the others only a thread. */
        int batch() {
            if (mode.equals("cpu")) return 8;
            return departure == Departure.KILLED_CURL ? 20 : 100;
        }

        @Override
        public String toString() {
            return protocol + ", " + mode + ", " + departure;
        }
    }

    static Stream<Cell> cells() {
        return Arrays.stream(Protocol.values())
                .flatMap(
                        protocol ->
                                Stream.of("block", "cpu", "async", "pool")
                                        .flatMap(
                                                mode ->
                                                        Arrays.stream(Departure.values())
                                                                .map(
                                                                        how ->
                                                                                new Cell(
                                                                                        protocol,
                                                                                        mode,
                                                                                        how))));
    }

    @BeforeAll
    static void startServer() {
        server = QuickstartProcess.start(directory, "--threads", "300");
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cells")
    void theWorkOfEveryClientThatLeavesIsStopped(Cell cell) throws Exception {
        Stats before = server.stats();
        for (int done = 0; done < cell.trials(); done += cell.batch())
            leaveTogether(cell, Math.min(cell.batch(), cell.trials() - done));

        Stats seen = server.stats().since(before);
        assertThat(seen.stopped()).isEqualTo(cell.trials());
        assertThat(seen.completed()).isZero();
        if (cell.protocol() == Protocol.HTTP_1)
            assertThat(seen.losses())
                    .containsEntry(
                            cell.departure() == Departure.RST ? Signal.RST : Signal.FIN,
                            (long) cell.trials());
    }

    private static void leaveTogether(Cell cell, int clients) throws Exception {
        Stats before = server.stats();
        URI uri =
                cell.protocol()
                        .base(server)
                        .resolve("/compute?mode=" + cell.mode() + "&ms=" + WORK_MILLIS);
        List<Departure.Client> all = new ArrayList<>();
        for (int i = 0; i < clients; i++)
            all.add(cell.departure().get(cell.protocol(), uri, directory));
        await().alias("all are computed")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> server.stats().since(before).started() == clients);
        for (Departure.Client client : all) client.leave();
        await().alias("all are stopped")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> server.stats().since(before).stopped() == clients);
    }
}
