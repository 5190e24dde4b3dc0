package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
    private final AtomicLong clock = new AtomicLong();
    private final Ticker ticker = clock::get;

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000, -5, Long.MAX_VALUE - 3, Long.MIN_VALUE})
    void itExpiresAtTheInstantWhereverTheClockWraps(long origin) {
        clock.set(origin);
        Deadline deadline = Deadline.after(Duration.ofNanos(10), ticker);

        assertThat(deadline.isLimited()).isTrue();
        assertThat(deadline.isExpired()).isFalse();
        assertThat(deadline.remaining()).isEqualTo(Duration.ofNanos(10));

        clock.addAndGet(9);
        assertThat(deadline.isExpired()).isFalse();
        assertThat(deadline.remaining()).isEqualTo(Duration.ofNanos(1));

        clock.addAndGet(1);
        assertThat(deadline.isExpired()).isTrue();
        assertThat(deadline.remaining()).isZero();

        clock.addAndGet(1_000);
        assertThat(deadline.isExpired()).isTrue();
        assertThat(deadline.remaining()).as("never negative").isZero();
    }

    @Test
    void aTimeoutOfZeroHasExpired() {
        assertThat(Deadline.after(Duration.ZERO, ticker).isExpired()).isTrue();
    }

    @Test
    void itCountsFromTheStartThatIsGiven() {
        clock.set(100);
        Deadline deadline = Deadline.from(40, Duration.ofNanos(70), ticker);

        assertThat(deadline.remaining()).isEqualTo(Duration.ofNanos(10));
    }

    @Test
    void neverDoesNotExpire() {
        assertThat(Deadline.never().isLimited()).isFalse();
        assertThat(Deadline.never().isExpired()).isFalse();
        assertThat(Deadline.never().remaining()).isEqualTo(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(Deadline.never()).hasToString("Deadline[never]");
    }

    @Test
    void whatIsBeyondACenturyIsNever() {
        Duration century = Duration.ofDays(36_500);
        clock.set(Long.MAX_VALUE - 1);

        Deadline longest = Deadline.after(century, ticker);
        assertThat(longest.isLimited()).isTrue();
        assertThat(longest.isExpired()).isFalse();
        assertThat(longest.remaining()).isEqualTo(century);
        assertThat(Deadline.after(century.plusNanos(1), ticker)).isSameAs(Deadline.never());
        assertThat(Deadline.after(Duration.ofSeconds(Long.MAX_VALUE), ticker))
                .isSameAs(Deadline.never());
    }

    @Test
    void theEarlierOfTwoIsTheOneThatExpiresFirst() {
        clock.set(Long.MAX_VALUE - 15); // the later one is beyond the wrap
        Deadline soon = Deadline.after(Duration.ofNanos(10), ticker);
        Deadline late = Deadline.after(Duration.ofNanos(20), ticker);

        assertThat(soon.earlier(late)).isSameAs(soon);
        assertThat(late.earlier(soon)).isSameAs(soon);
        assertThat(soon.earlier(Deadline.never())).isSameAs(soon);
        assertThat(Deadline.never().earlier(soon)).isSameAs(soon);
        assertThat(Deadline.never().earlier(Deadline.never())).isSameAs(Deadline.never());

        clock.addAndGet(100); // both have expired: the order stays
        assertThat(late.earlier(soon)).isSameAs(soon);
    }

    @Test
    void theEarlierOfTwoOnDifferentClocksIsTheOneWithLessLeft() {
        AtomicLong otherClock = new AtomicLong(1_000_000);
        Deadline here = Deadline.after(Duration.ofNanos(20), ticker);
        Deadline there = Deadline.after(Duration.ofNanos(10), otherClock::get);

        assertThat(here.earlier(there)).isSameAs(there);
        otherClock.addAndGet(-100);
        assertThat(here.earlier(there)).isSameAs(here);
    }

    @Test
    void aNegativeTimeoutIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deadline.after(Duration.ofMillis(-5)))
                .withMessage("timeout: PT-0.005S (expected: >= 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deadline.after(Duration.ofNanos(-1), ticker))
                .withMessage("timeout: PT-0.000000001S (expected: >= 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deadline.from(7, Duration.ofSeconds(-1), ticker))
                .withMessage("timeout: PT-1S (expected: >= 0)");
    }

    @Test
    void theTickerMustBeThere() {
        assertThatNullPointerException()
                .isThrownBy(() -> Deadline.from(0, Duration.ZERO, null))
                .withMessage("ticker");
    }

    @Test
    void itSaysWhatIsLeft() {
        assertThat(Deadline.after(Duration.ofSeconds(3), ticker)).hasToString("Deadline[in PT3S]");
    }

    @Test
    void theSystemsTickerGoesForward() {
        long before = System.nanoTime();
        long read = Ticker.system().nanoTime();
        long after = System.nanoTime();

        assertThat(read - before).isNotNegative();
        assertThat(after - read).isNotNegative();
    }
}
