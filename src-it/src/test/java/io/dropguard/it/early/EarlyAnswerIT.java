package io.dropguard.it.early;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.it.early.EarlyServers.Kind;
import io.dropguard.it.vanished.Namespace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real clients that upload 20 MB and are answered before that was read. */
@Timeout(14_400)
class EarlyAnswerIT {
    private static final int SIZE = 20_000_000;

    /** For each client, line and transport. */
    private static final int TIMES = Integer.getInteger("uploads", 2);

    /** 100: how often the other servers are tried, beside ours, at most. */
    private static final int BESIDE = Math.min(TIMES, 100);

    /** 4: processes at once that upload one after the other, once there is enough to share. */
    private static final int AT_ONCE = TIMES < 100 ? 1 : 4;

    private static final Duration DELAY = Duration.ofMillis(50);

    /** A server as a client on some line reaches it. */
    private record Target(Kind kind, boolean secure, String host, int port) {
        String url() {
            return "http%s://%s:%d/hello".formatted(secure ? "s" : "", host, port);
        }
    }

    @TempDir Path directory;

    private final ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    private EarlyServers servers;

    private final UploadResults results = new UploadResults();

    @BeforeEach
    void start() throws Exception {
        servers = new EarlyServers(directory);
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        servers.close();
    }

    @Test
    void clientsNearbyReadTheWholeAnswer() throws Exception {
        upload("nearby", targets("127.0.0.1"), command -> command);
        guardedAndNginxHaveAnsweredAll();
        assertThat(results.failures(Kind.BARE))
                .as("otherwise nothing here would fail without DropGuard")
                .containsKey(new Cell("nearby", Uploader.URLLIB, false, Kind.BARE));
    }

    @Test
    void clientsFarAwayReadTheWholeAnswer() throws Exception {
        List<DelayingRelay> relays = new ArrayList<>();
        try {
            List<Target> targets = new ArrayList<>();
            for (Target near : targets("127.0.0.1")) {
                DelayingRelay relay = new DelayingRelay(near.port, DELAY);
                relays.add(relay);
                targets.add(new Target(near.kind, near.secure, "127.0.0.1", relay.port()));
            }
            upload("far away", targets, command -> command);
        } finally {
            for (DelayingRelay relay : relays) relay.close();
        }
        guardedAndNginxHaveAnsweredAll();
    }

    @Test
    void clientsOnABadLineReadTheWholeAnswer() throws Exception {
        try (Namespace there = new Namespace()) {
            there.loseOneOfAHundred();
            upload(
                    "bad line",
                    targets(there.host()),
                    command -> there.command(command.toArray(String[]::new)));
        }
        guardedAndNginxHaveAnsweredAll();
    }

    private void upload(String line, List<Target> targets, UnaryOperator<List<String>> there)
            throws Exception {
        for (Uploader client : Uploader.values())
            if (BESIDE == TIMES) run(line, client, TIMES, targets, there);
            else {
                run(line, client, TIMES, only(targets, true), there);
                run(line, client, BESIDE, only(targets, false), there);
            }
    }

    private static List<Target> only(List<Target> targets, boolean ours) {
        return targets.stream().filter(each -> ours == (each.kind == Kind.GUARDED)).toList();
    }

    private void guardedAndNginxHaveAnsweredAll() {
        System.out.print(results.table());
        assertThat(results.failures(Kind.GUARDED)).isEmpty();
        assertThat(results.failures(Kind.NGINX)).isEmpty();
    }

    private List<Target> targets(String host) {
        List<Target> targets = new ArrayList<>();
        for (Kind kind : Kind.values())
            for (boolean secure : new boolean[] {false, true})
                targets.add(new Target(kind, secure, host, servers.ports(kind).of(secure)));
        return targets;
    }

    private void run(
            String line,
            Uploader client,
            int times,
            List<Target> targets,
            UnaryOperator<List<String>> there)
            throws Exception {
        Map<String, Cell> cells = new LinkedHashMap<>(); // by URL
        for (Target target : targets) {
            Cell cell = new Cell(line, client, target.secure, target.kind);
            if (!results.isKnown(cell, times)) cells.put(target.url(), cell);
        }
        if (cells.isEmpty()) return;
        Runs runs = new Runs(AT_ONCE, cells, results);
        List<String> urls = List.copyOf(cells.keySet());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            int share = times / AT_ONCE + (i < times % AT_ONCE ? 1 : 0);
            List<String> command = there.apply(client.command(directory, SIZE, share, urls));
            all.add(CompletableFuture.runAsync(() -> runs.run(command, share), threads));
        }
        for (CompletableFuture<Void> each : all) each.get();
        runs.areComplete();
    }
}
