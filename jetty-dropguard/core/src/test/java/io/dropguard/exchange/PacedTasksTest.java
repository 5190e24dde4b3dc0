package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PacedTasksTest {
    private record Round(long nanos, Runnable task) {}

    private final Queue<Round> scheduled = new ArrayDeque<>();
    private final List<Integer> done = new ArrayList<>();
    private boolean stopped;
    private final PacedTasks tasks =
            new PacedTasks((nanos, task) -> !stopped && scheduled.add(new Round(nanos, task)));

    private void add(int from, int to) {
        for (int i = from; i < to; i++) {
            int each = i;
            tasks.add(() -> done.add(each));
        }
    }

    private long runRound() {
        Round round = scheduled.remove();
        round.task().run();
        return round.nanos();
    }

    @Test
    void oneRunsBehindWhatIsDueNowAndOnTheTimersThread() {
        add(0, 1);
        assertThat(done).isEmpty();
        assertThat(runRound()).isZero();
        assertThat(done).containsExactly(0);
        assertThat(scheduled).isEmpty();
    }

    @Test
    void manyRunAFewAtATimeInTheirOrderAndNoneIsLeft() {
        int all = 5 * PacedTasks.AT_ONCE;
        add(0, all);
        assertThat(runRound()).isZero();
        assertThat(done).hasSize(PacedTasks.AT_ONCE);
        add(all, all + 1); // while a round is scheduled
        int rounds = 1;
        for (; !scheduled.isEmpty(); rounds++)
            assertThat(runRound()).isEqualTo(PacedTasks.PAUSE_NANOS);
        assertThat(rounds).isEqualTo(6);
        assertThat(done).containsExactlyElementsOf(IntStream.rangeClosed(0, all).boxed().toList());
        add(all + 1, all + 2);
        assertThat(runRound()).isZero();
        assertThat(done).hasSize(all + 2);
    }

    @Test
    void theLastOfAHundredThousandWaitsForLessThanASecond() {
        add(0, 100_000);
        runRound();
        assertThat(done).hasSize(100_000 / PacedTasks.PARTS);
        long waited = 0;
        while (!scheduled.isEmpty()) waited += runRound();
        assertThat(done).hasSize(100_000);
        assertThat(waited).isLessThan(1_000_000_000);
    }

    @Test
    void whatIsAddedOrWaitsWhenTheServerStopsRunsAtOnce() {
        add(0, 3 * PacedTasks.AT_ONCE);
        stopped = true;
        runRound();
        assertThat(done).hasSize(3 * PacedTasks.AT_ONCE);
        add(0, 1);
        assertThat(done).hasSize(3 * PacedTasks.AT_ONCE + 1);
        assertThat(scheduled).isEmpty();
    }

    @Test
    void whatATaskAddsWaitsForItsTurn() {
        tasks.add(() -> add(1, 3));
        runRound();
        while (!scheduled.isEmpty()) runRound();
        assertThat(done).containsExactly(1, 2);
    }
}
