package io.dropguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * slowhttptest holds as many connections as it can, while somebody else asks for {@code /hello}.
 * With limits the attackers are thrown out as fast as they come, and the others notice nothing.
 */
@Timeout(120)
class SlowAttackIT {
    /** As many attackers as there are trials: 200, and a thousand in the long run. */
    private static final int CONNECTIONS = Integer.getInteger("trials", 200);

    private static final int CONNECTIONS_PER_SECOND = 100;

    /** 100: more than attackers come within their limit, and fewer than there are of them. */
    private static final String THREADS = "100";

    /** 500 ms: what comes in that time holds half of the threads. */
    private static final String LIMIT = "500ms";

    /**
     * 150: who comes a hundred times a second and stays no longer than a second and a half, which
     * is the limit, the next look, and what a busy machine takes.
     */
    private static final int MOST_AT_ONCE = 150;

    private static final Duration ALL_HAVE_COME =
            Duration.ofSeconds(CONNECTIONS / CONNECTIONS_PER_SECOND);

    private static final String[] LIMITS = {
        "--threads",
        THREADS,
        "--stuck-action",
        "shutdown",
        "--stuck-reading-headers",
        LIMIT,
        "--min-rate-request-body",
        "1KiB",
        "--min-rate-response-body",
        "1KiB",
        "--min-rate-grace",
        LIMIT,
    };

    private static final double LONGEST_P99_MILLIS = 100;

    private static final List<String> TABLE = new ArrayList<>();

    @TempDir Path directory;

    @AfterAll
    static void print() {
        System.out.println("| attack | server | at once | left | /hello p50 | p99 | p99 before |");
        System.out.println("|---|---|--:|--:|--:|--:|--:|");
        TABLE.forEach(System.out::println);
    }

    /** What an attack has come to. */
    private record Result(long most, long left, double p99Before, double p99) {}

    @ParameterizedTest
    @EnumSource
    void attackersAreGoneWithinTheirLimitsAndOthersNoticeNothing(SlowAttack attack)
            throws Exception {
        // on a machine that is busy with other things they take longer to come
        Result guarded = attack(attack, "limits", ALL_HAVE_COME.plusSeconds(10), LIMITS);
        Duration awhile = Duration.ofMillis(1_500);
        Result bare = attack(attack, "bare", awhile, "--bare", "--threads", THREADS);

        assertThat(guarded.most).as("attackers at once").isBetween(1L, (long) MOST_AT_ONCE);
        assertThat(guarded.left).as("attackers left").isZero();
        assertThat(guarded.p99).isLessThan(longestP99Millis(guarded, bare));
        assertThat(bare.left).as("of the bare server's attackers").isGreaterThan(CONNECTIONS / 2);
    }

    /**
     * A thousand are the run that is asked for, and is held to what was asked. Two hundred come in
     * every build, on machines that are busy with other things, where nothing is under 100 ms.
     */
    private static double longestP99Millis(Result guarded, Result bare) {
        if (CONNECTIONS >= 1_000) return LONGEST_P99_MILLIS;
        return Math.max(LONGEST_P99_MILLIS, Math.max(3 * guarded.p99Before, bare.p99 / 3));
    }

    private Result attack(SlowAttack attack, String name, Duration patience, String... options)
            throws Exception {
        try (QuickstartProcess server = QuickstartProcess.start(directory, options);
                HelloClient hello = new HelloClient(server.clearText())) {
            await().until(() -> hello.count() >= 100); // it is warm
            hello.begin();
            await().until(() -> hello.count() >= 50);
            double before = hello.percentile(0.99);
            ServerSockets sockets = new ServerSockets(server.clearText().getPort());
            long others = sockets.count();
            hello.begin();
            String[] command =
                    attack.command(
                            server.clearText(),
                            CONNECTIONS,
                            CONNECTIONS_PER_SECOND,
                            (int) ALL_HAVE_COME.plusSeconds(30).toSeconds());
            try (RunningProcess attacker = RunningProcess.start(directory, command)) {
                Result result = watch(sockets, others, hello, before, patience);
                assertThat(attacker.output()).doesNotContain("Exit status: Cannot");
                TABLE.add(row(attack, name, result, hello.percentile(0.5)));
                return result;
            }
        }
    }

    /** Counts while they come, and until they are gone or patience is at an end. */
    private static Result watch(
            ServerSockets sockets,
            long others,
            HelloClient hello,
            double before,
            Duration patience) {
        await().pollInterval(Duration.ofMillis(20)).until(() -> sockets.count() > others);
        long come = System.nanoTime() + ALL_HAVE_COME.toNanos();
        AtomicLong most = new AtomicLong();
        AtomicLong left = new AtomicLong();
        await().pollInterval(Duration.ofMillis(50))
                .atMost(ALL_HAVE_COME.plus(patience).plusSeconds(20))
                .until(
                        () -> {
                            left.set(Math.max(0, sockets.count() - others));
                            most.accumulateAndGet(left.get(), Math::max);
                            long since = System.nanoTime() - come;
                            boolean gone = since > 0 && left.get() == 0;
                            return gone || since > patience.toNanos();
                        });
        return new Result(most.get(), left.get(), before, hello.percentile(0.99));
    }

    private static String row(SlowAttack attack, String name, Result result, double median) {
        return String.format(
                Locale.ROOT,
                "| slow %s | %s | %d | %d of %d | %.1f ms | %.1f ms | %.1f ms |",
                attack.name().toLowerCase(Locale.ROOT),
                name,
                result.most,
                result.left,
                CONNECTIONS,
                median,
                result.p99,
                result.p99Before);
    }
}
