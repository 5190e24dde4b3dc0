package io.dropguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.MixedLedger.Fact;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.junit.jupiter.api.Test;

/**
 * Many clients that leave in many ways, and many that stay: nothing is left behind, and each
 * request is accounted for.
 *
 * <p>{@code -Ddropguard.mixed.seed} repeats the clients' choices, {@code
 * -Ddropguard.mixed.requests} sets their number.
 */
class MixedDropsTest {
    private static final long SEED = Long.getLong("dropguard.mixed.seed", System.nanoTime());
    private static final int REQUESTS = Integer.getInteger("dropguard.mixed.requests", 100_000);

    private static final int CLIENTS = 64;

    /** One in four clients speaks h2c, and resets streams. */
    private static final int STREAM_CLIENTS = 16;

    private final MixedLedger ledger = new MixedLedger(REQUESTS);
    private final AtomicInteger next = new AtomicInteger();

    @Test
    void requests_whose_clients_leave_anyhow_leave_nothing_behind() throws Exception {
        Map<String, Integer> threadsBefore = threads();
        GuardStatistics statistics;
        try (MixedServer server = new MixedServer(ledger)) {
            statistics = server.statistics();
            drive(server);
            await().atMost(30, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(server.leftovers()).isEmpty());
        }
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(threadsBeyond(threadsBefore)).isEmpty());

        String run = "seed " + SEED + ", " + statistics;
        int started = ledger.count(Fact.STARTED);
        int lost = ledger.count(Fact.LOST);
        assertThat(ledger.with(Fact.STARTED_INTERRUPTED)).as(run).isEmpty();
        assertThat(ledger.failures()).as("failed, not lost; " + run).isEmpty();
        assertThat(ledger.unaccounted()).as(run).isEmpty();
        assertThat(ledger.with(Fact.UNANSWERED)).as("though it waited; " + run).isEmpty();
        assertThat(ledger.lostThoughRead()).as("lost, though it read; " + run).isEmpty();
        assertThat(started + statistics.unrun()).as(run).isEqualTo(statistics.exchanges());
        assertThat(statistics.losses().values().stream().mapToLong(Long::longValue).sum())
                .as(run)
                .isEqualTo(lost + statistics.unrun());
        assertThat(lost + statistics.unrun())
                .as("otherwise it shows nothing; " + run)
                .isGreaterThan(REQUESTS / 50);
        assertThat(statistics.losses().get(Signal.STREAM_RESET)).as(run).isPositive();
        assertThat(ledger.count(Fact.READ)).as(run).isGreaterThan(REQUESTS / 4);
    }

    private void drive(MixedServer server) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        HTTP2Client http2 = new HTTP2Client();
        http2.start();
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(SEED + i);
                boolean streams = i < STREAM_CLIENTS;
                running.add(
                        clients.submit(
                                () -> {
                                    if (streams) resetStreams(http2, server, random);
                                    else dropConnections(server, random);
                                    return null;
                                }));
            }
            for (Future<?> client : running) client.get();
        } finally {
            clients.shutdownNow();
            http2.stop();
        }
    }

    private void dropConnections(MixedServer server, Random random) throws Exception {
        MixedClient client = new MixedClient(random, ledger);
        while (true) {
            int count = 1 + random.nextInt(8);
            int first = next.getAndAdd(count);
            if (first >= REQUESTS) return;
            boolean secure = random.nextInt(10) == 0;
            client.run(server.connect(secure), secure, first, Math.min(count, REQUESTS - first));
        }
    }

    private void resetStreams(HTTP2Client http2, MixedServer server, Random random)
            throws Exception {
        MixedStreams streams = new MixedStreams(http2, server.clearPort(), random, ledger);
        int number;
        while ((number = next.getAndIncrement()) < REQUESTS) streams.run(number);
        streams.close();
    }

    /** Made once in a JVM, for whichever test needs them first: classes run beside each other. */
    private static final Pattern OF_THE_JVM =
            Pattern.compile("(awaitility|process reaper|JNA Cleaner).*");

    /** Threads that were not there before; some of other tests may have ended meanwhile. */
    private static Map<String, Integer> threadsBeyond(Map<String, Integer> before) {
        Map<String, Integer> more = threads();
        more.entrySet().removeIf(now -> now.getValue() <= before.getOrDefault(now.getKey(), 0));
        return more;
    }

    /** How many of each kind of thread there are, by their names without numbers. */
    private static Map<String, Integer> threads() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Thread thread : Thread.getAllStackTraces().keySet())
            if (!OF_THE_JVM.matcher(thread.getName()).matches())
                counts.merge(thread.getName().replaceAll("\\d+", "#"), 1, Integer::sum);
        return counts;
    }
}
