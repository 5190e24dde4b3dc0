package io.dropguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.connector.HalfClose;
import io.dropguard.exchange.QueueOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random bytes to a bare and a guarded server: the same answers, the same bytes to the application.
 *
 * <p>{@code -Ddropguard.fuzz.seed} repeats a run, {@code -Ddropguard.fuzz.streams} sets its length,
 * {@code -Ddropguard.fuzz.first} the number of its first stream.
 */
class DifferentialFuzzTest {
    private static final long SEED = Long.getLong("dropguard.fuzz.seed", System.nanoTime());
    private static final long FIRST = Long.getLong("dropguard.fuzz.first", 0);
    private static final int STREAMS = Integer.getInteger("dropguard.fuzz.streams", 10_000);

    /** 96: most clients pause, so two cores are kept busy and few descriptors are needed. */
    private static final int CLIENTS = 96;

    private static final int KIB = 1024;

    private static final List<FuzzServer.Options> GUARDS =
            List.of(
                    new FuzzServer.Options(HalfClose.PROBE, 0, 16 * KIB, QueueOrder.FIFO, 200),
                    new FuzzServer.Options(HalfClose.PROBE, 1, 16 * KIB, QueueOrder.FIFO, 6),
                    new FuzzServer.Options(
                            HalfClose.PROBE, 5, 16 * KIB, QueueOrder.NEWEST_FIRST, 6),
                    new FuzzServer.Options(HalfClose.PROBE, 0, 1, QueueOrder.FIFO, 200),
                    new FuzzServer.Options(HalfClose.IGNORE, 0, 16 * KIB, QueueOrder.FIFO, 200),
                    new FuzzServer.Options(HalfClose.IGNORE, 1, 100, QueueOrder.FIFO, 6));

    @Test
    void in_clear_text_a_guarded_server_answers_and_reads_what_a_bare_one_does() throws Exception {
        run(false, STREAMS);
    }

    @Test
    void under_tls_a_guarded_server_answers_and_reads_what_a_bare_one_does() throws Exception {
        run(true, STREAMS / 10);
    }

    private static void run(boolean secure, int streams) throws Exception {
        List<FuzzServer> servers = new ArrayList<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            FuzzServer bare = new FuzzServer(secure, null);
            servers.add(bare);
            List<FuzzComparison> comparisons = new ArrayList<>();
            for (FuzzServer.Options options : GUARDS) {
                FuzzServer guarded = new FuzzServer(secure, options);
                servers.add(guarded);
                comparisons.add(new FuzzComparison(bare, guarded));
            }
            compare(comparisons, streams, clients);
            for (FuzzServer server : servers)
                await(server.toString())
                        .atMost(20, TimeUnit.SECONDS)
                        .untilAsserted(
                                () -> assertThat(server.isQuiet()).as("%s", server).isTrue());
            compareThoseThatLeft(comparisons, streams);
        } finally {
            clients.shutdownNow();
            for (FuzzServer server : servers) server.close();
        }
    }

    private static void compare(
            List<FuzzComparison> comparisons, int streams, ExecutorService clients)
            throws Exception {
        FuzzGenerator generator = new FuzzGenerator(SEED);
        AtomicLong next = new AtomicLong(FIRST);
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++)
            running.add(
                    clients.submit(
                            () -> {
                                long number;
                                while (failures.isEmpty()
                                        && (number = next.getAndIncrement()) < FIRST + streams) {
                                    FuzzStream stream = generator.stream(number);
                                    String failure = failure(stream, of(number, comparisons));
                                    if (failure != null) failures.add(failure);
                                }
                                return null;
                            }));
        for (Future<?> client : running) client.get();
        assertThat(failures).as("seed %d", SEED).isEmpty();
    }

    private static @Nullable String failure(FuzzStream stream, FuzzComparison with) {
        try {
            String difference = with.difference(stream);
            return difference == null ? null : FuzzShrinker.shrink(stream, difference, with);
        } catch (Exception broken) { // with the stream, which can be played again
            return broken + "\nguarded: " + with.guarded() + "\n" + stream;
        }
    }

    private static void compareThoseThatLeft(List<FuzzComparison> comparisons, int streams)
            throws InterruptedException {
        FuzzGenerator generator = new FuzzGenerator(SEED);
        for (long number = FIRST; number < FIRST + streams; number++) {
            FuzzStream stream = generator.stream(number);
            if (stream.ending().reads()) continue;
            assertThat(of(number, comparisons).differenceAfterwards(stream))
                    .as("seed %d, %s", SEED, stream)
                    .isNull();
        }
    }

    private static FuzzComparison of(long number, List<FuzzComparison> comparisons) {
        return comparisons.get((int) (number % comparisons.size()));
    }
}
