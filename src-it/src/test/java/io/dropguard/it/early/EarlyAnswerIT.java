package io.dropguard.it.early;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.it.early.EarlyServers.Kind;
import io.dropguard.it.vanished.Namespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

    private static final Duration DELAY = Duration.ofMillis(50);

    /** A server as a client on some line reaches it. */
    private record Target(Kind kind, boolean secure, String host, int port) {
        String url() {
            return "http%s://%s:%d/hello".formatted(secure ? "s" : "", host, port);
        }
    }

    @TempDir Path directory;

    private EarlyServers servers;

    /** How many uploads failed, and the first failure, by server and what was tried. */
    private final Map<Kind, Map<String, String>> failures = new EnumMap<>(Kind.class);

    @BeforeEach
    void start() throws Exception {
        servers = new EarlyServers(directory);
        for (Kind kind : Kind.values()) failures.put(kind, new TreeMap<>());
    }

    @AfterEach
    void stop() throws Exception {
        servers.close();
    }

    @Test
    void clientsNearbyReadTheWholeAnswer() throws Exception {
        upload(targets("127.0.0.1"), command -> command);
        guardedAndNginxHaveAnsweredAll();
        assertThat(failures.get(Kind.BARE))
                .as("otherwise nothing here would fail without DropGuard")
                .containsKey("URLLIB, clear text");
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
            upload(targets, command -> command);
        } finally {
            for (DelayingRelay relay : relays) relay.close();
        }
        guardedAndNginxHaveAnsweredAll();
    }

    @Test
    void clientsOnABadLineReadTheWholeAnswer() throws Exception {
        try (Namespace there = new Namespace()) {
            there.loseOneOfAHundred();
            upload(targets(there.host()), command -> there.command(command.toArray(String[]::new)));
        }
        guardedAndNginxHaveAnsweredAll();
    }

    private void upload(List<Target> targets, UnaryOperator<List<String>> there)
            throws IOException, InterruptedException {
        for (Uploader client : Uploader.values())
            if (BESIDE == TIMES) run(client, TIMES, targets, there);
            else {
                run(client, TIMES, only(targets, true), there);
                run(client, BESIDE, only(targets, false), there);
            }
    }

    private static List<Target> only(List<Target> targets, boolean ours) {
        return targets.stream().filter(each -> ours == (each.kind == Kind.GUARDED)).toList();
    }

    private void guardedAndNginxHaveAnsweredAll() {
        System.out.printf(
                "Of %d uploads each (%d beside ours) failed: %s%n", TIMES, BESIDE, failures);
        assertThat(failures.get(Kind.GUARDED)).isEmpty();
        assertThat(failures.get(Kind.NGINX)).isEmpty();
    }

    private List<Target> targets(String host) {
        List<Target> targets = new ArrayList<>();
        for (Kind kind : Kind.values())
            for (boolean secure : new boolean[] {false, true})
                targets.add(new Target(kind, secure, host, servers.ports(kind).of(secure)));
        return targets;
    }

    /** Runs a client, which prints for each URL how many uploads failed, and how the first did. */
    private void run(
            Uploader client, int times, List<Target> targets, UnaryOperator<List<String>> there)
            throws IOException, InterruptedException {
        List<String> urls = targets.stream().map(Target::url).toList();
        List<String> command = there.apply(client.command(directory, SIZE, times, urls));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        for (Target target : targets) {
            String line =
                    output.lines()
                            .filter(each -> each.startsWith(target.url() + " "))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(command + ": " + output));
            String result = line.substring(target.url().length()).strip();
            if (!result.equals("0"))
                failures.get(target.kind)
                        .put(client + (target.secure ? ", TLS" : ", clear text"), result);
        }
    }
}
