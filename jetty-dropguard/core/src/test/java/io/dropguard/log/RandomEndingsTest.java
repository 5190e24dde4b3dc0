package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.monitor.StuckReport;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Exchanges of every ending at random, a quarter of them over each protocol; {@code
 * -Ddropguard.log.exchanges=100000} for the full run, {@code -Ddropguard.log.seed} to repeat one.
 */
class RandomEndingsTest {
    private static final Logger LOG = LoggerFactory.getLogger(RandomEndingsTest.class);

    private static final int EXCHANGES = Integer.getInteger("dropguard.log.exchanges", 1_600);
    private static final long SEED = Long.getLong("dropguard.log.seed", System.nanoTime());
    private static final int CLIENTS = 8;

    /** 3 each, in flight when the server stops. */
    private static final int STOPPED = 3;

    /** One in so many, for each takes its time. */
    private static final int STUCK_WRITING = 200;

    private final Map<String, ExpectedEnd> expected = new ConcurrentHashMap<>(); // by our id
    private final Map<String, String> outcomes = new ConcurrentHashMap<>(); // likewise
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>(); // records
    private final Set<String> started = ConcurrentHashMap.newKeySet(); // by the log's
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final AtomicInteger twice = new AtomicInteger();
    private final AtomicInteger rejected = new AtomicInteger();
    private final AtomicInteger invalid = new AtomicInteger();
    private final EndingApplication application = new EndingApplication();

    /** Checks each record as it comes. */
    private void take(ExchangeRecord record) {
        JsonNode json;
        try {
            json = RecordSchema.check(record.toJson());
        } catch (RuntimeException | AssertionError wrong) {
            invalid.incrementAndGet();
            throw wrong;
        }
        if (record.event() == ExchangeRecord.Event.STARTED) {
            if (!started.add(record.id())) twice.incrementAndGet();
            return;
        }
        String outcome = json.get("dropguard.outcome").asString();
        if (outcome.equals("rejected")) {
            rejected.incrementAndGet();
            return;
        }
        if (!ended.add(record.id())) twice.incrementAndGet();
        String id = json.get("url.query").asString().substring("id=".length());
        if (outcomes.put(id, outcome) != null) twice.incrementAndGet();
        ExpectedEnd end = expected.get(id);
        if (end == null || !end.outcome().equals(outcome)) wrong.add(record.toJson());
    }

    /** Only those that are to be are stuck. */
    private void take(StuckReport report) {
        String path = String.valueOf(report.connection().path());
        if (report.kind() == StuckReport.Kind.STUCK && !path.endsWith("STUCK_WRITING"))
            wrong.add(report.toString());
    }

    private Void client(TestServer server, DropGuard guard, int number) throws Exception {
        Random random = new Random(SEED + number);
        List<ExpectedEnd> quick = new ArrayList<>(List.of(ExpectedEnd.values()));
        quick.removeIf(each -> each.isOfStop() || each == ExpectedEnd.STUCK_WRITING);
        try (EndingClient client =
                new EndingClient(server, guard.connections(), application, random)) {
            for (int i = 0; i < EXCHANGES / Protocol.values().length / CLIENTS; i++) {
                ExpectedEnd end =
                        random.nextInt(STUCK_WRITING) == 0
                                ? ExpectedEnd.STUCK_WRITING
                                : quick.get(random.nextInt(quick.size()));
                String id = number + "-" + i;
                expected.put(id, end);
                try {
                    client.exchange(end, id);
                } catch (Exception failed) {
                    throw new IllegalStateException(id + " " + end + ", " + wrong, failed);
                }
            }
        }
        return null;
    }

    /** Leaves exchanges of every kind in flight; their clients stay. */
    private List<EndingClient> inFlight(TestServer server, DropGuard guard) throws Exception {
        List<EndingClient> clients = new ArrayList<>();
        for (ExpectedEnd end : ExpectedEnd.values())
            for (int i = 0; end.isOfStop() && i < STOPPED; i++) {
                EndingClient client =
                        new EndingClient(server, guard.connections(), application, new Random(i));
                clients.add(client);
                String id = end + "-" + i;
                expected.put(id, end);
                client.exchange(end, id);
            }
        return clients;
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void eachExchangeLeavesOneRecordThatSaysWhatHappenedToIt(Protocol protocol) throws Exception {
        LogConfig config = LogConfig.DEFAULT.withStarted(true).withBodies(BodyConfig.all());
        DropGuard guard =
                DropGuard.builder()
                        .log(new ExchangeLog(config, this::take))
                        .set("stuck-writing", "1s")
                        .set("stuck-action", "shutdown")
                        .build();
        guard.connections().addListener(this::take);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        long begun = System.nanoTime();
        List<EndingClient> left = new ArrayList<>();
        try (application;
                TestServer server =
                        TestServer.speaking(protocol)
                                .handledBy(application)
                                .threads(new QueuedThreadPool(32))
                                .guardedBy(guard::installOn)
                                .start()) {
            for (Future<Void> client :
                    clients.invokeAll(
                            IntStream.range(0, CLIENTS)
                                    .<Callable<Void>>mapToObj(
                                            number -> () -> client(server, guard, number))
                                    .toList())) client.get();
            int refused = takeRejected();
            await().atMost(60, TimeUnit.SECONDS)
                    .untilAsserted(() -> assertThat(missing()).as("seed %s", SEED).isEmpty());
            left.addAll(inFlight(server, guard));
            server.close();
            LOG.info(
                    "{}: {} records, {} rejected, in {} s",
                    protocol,
                    ended.size(),
                    rejected,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
            assertThat(wrong).as("seed %s", SEED).isEmpty();
            assertThat(outcomes).hasSameSizeAs(expected);
            assertThat(rejected).hasValue(refused);
            assertThat(twice).hasValue(0);
            assertThat(invalid).hasValue(0);
            assertThat(ended).hasSize(expected.size()).isEqualTo(started);
        } finally {
            clients.shutdownNow();
            left.forEach(EndingClient::close);
        }
    }

    /** Exchanges without an end record, and how they were to end. */
    private Map<String, ExpectedEnd> missing() {
        Map<String, ExpectedEnd> missing = new TreeMap<>(expected);
        missing.keySet().removeAll(outcomes.keySet());
        return missing;
    }

    /** Their records do not know our id. */
    private int takeRejected() {
        int before = expected.size();
        expected.values().removeIf(ExpectedEnd.UNPARSABLE::equals);
        return before - expected.size();
    }
}
