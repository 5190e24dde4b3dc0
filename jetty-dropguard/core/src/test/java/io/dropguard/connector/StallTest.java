package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.kernel.TcpFacts;
import io.dropguard.monitor.PeerCondition;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StallTest {
    private static final InetSocketAddress ADDRESS =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final long TIMEOUT = seconds(5);

    private static TcpFacts facts(int attempts, long sinceAckMillis, boolean windowClosed) {
        return new TcpFacts(ADDRESS, ADDRESS, false, 100, windowClosed, attempts, sinceAckMillis);
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    /** Looks once a second at what the last acknowledgement was {@code silence} seconds ago. */
    private static boolean isOver(int[] attempts, int[] silence, boolean windowClosed) {
        @Nullable Stall before = null;
        boolean over = false;
        for (int i = 0; i < attempts.length; i++) {
            long now = seconds(100 + i);
            TcpFacts facts = facts(attempts[i], silence[i] * 1000L, windowClosed);
            Stall stall = Stall.of(facts, before, now, now - seconds(1));
            over = stall.isOver(before, now, TIMEOUT);
            before = stall;
        }
        return over;
    }

    @Test
    void aPeerThatAcknowledgesNothingForTheTimeoutHasVanished() {
        assertThat(isOver(new int[] {1, 2, 3, 4, 4}, new int[] {1, 2, 3, 4, 5}, false)).isTrue();
        assertThat(isOver(new int[] {1, 2, 3, 4}, new int[] {1, 2, 3, 4}, false)).isFalse();
    }

    @Test
    void silenceBeforeThereWasAnythingToAcknowledgeDoesNotCount() {
        assertThat(isOver(new int[] {1, 2, 2}, new int[] {60, 61, 62}, false)).isFalse();
        assertThat(isOver(new int[] {1, 2, 3, 3, 4}, new int[] {60, 61, 62, 63, 64}, false))
                .isTrue();
    }

    @Test
    void aPeerThatDoesNotReadAndAnswersProbesMinutesApartStays() {
        assertThat(isOver(new int[] {0, 0, 1, 0}, new int[] {58, 59, 60, 0}, true)).isFalse();
    }

    @Test
    void aProbeThatIsUnderWayJustNowDoesNotCountYet() {
        assertThat(isOver(new int[] {1, 1, 1, 1, 2}, new int[] {60, 61, 62, 63, 64}, true))
                .isFalse();
    }

    @Test
    void theConditionTellsAPeerThatDoesNotReadFromASilentOne() {
        TcpFacts reading = facts(0, 10, false);
        TcpFacts full = facts(0, 10, true);
        TcpFacts silent = facts(2, 3_000, true);

        assertThat(Stall.of(reading, null, 1, 0).condition(reading))
                .isEqualTo(PeerCondition.RESPONSIVE);
        assertThat(Stall.of(full, null, 1, 0).condition(full)).isEqualTo(PeerCondition.NOT_READING);
        assertThat(Stall.of(silent, null, 1, 0).condition(silent)).isEqualTo(PeerCondition.SILENT);
    }
}
