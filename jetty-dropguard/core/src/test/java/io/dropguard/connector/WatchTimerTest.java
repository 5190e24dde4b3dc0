package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchTimerTest {
    private static final long DELAY = 1_000;

    private final AtomicLong clock = new AtomicLong();
    private final HandRunScheduler scheduler = new HandRunScheduler(clock);
    private final List<String> visits = new ArrayList<>();
    private final WatchTimer timer = new WatchTimer(scheduler, clock::get, DELAY);

    @Test
    void nothingTicksWhileNobodyWaits() throws IOException {
        FakeConnection a = connection("a");
        assertThat(scheduler.pending()).isZero();

        a.begin(clock.get());
        assertThat(scheduler.pending()).isEqualTo(1);
        scheduler.advance(DELAY);

        assertThat(scheduler.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -500, Long.MAX_VALUE - 500})
    void aRequestIsWatchedOnceItHasLivedTheDelayWhereverTheClockWraps(long origin)
            throws IOException {
        clock.set(origin);
        FakeConnection a = connection("a");
        a.begin(clock.get());

        scheduler.advance(DELAY - 1);
        assertThat(visits).isEmpty();
        assertThat(a.isWatched()).isFalse();

        scheduler.advance(1);
        assertThat(visits).containsExactly("a");
        assertThat(a.isWatched()).isTrue();
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void connectionsAreVisitedInTheOrderTheyCameThoseOfHalfADelayTogether() throws IOException {
        FakeConnection a = connection("a");
        FakeConnection b = connection("b");
        FakeConnection c = connection("c");
        b.begin(clock.get());
        scheduler.advance(10);
        c.begin(clock.get());
        scheduler.advance(10);
        a.begin(clock.get());
        assertThat(scheduler.pending()).as("one timer for all").isEqualTo(1);

        scheduler.advance(DELAY - 20);
        assertThat(visits).as("none early").containsExactly("b");
        assertThat(scheduler.nextInNanos()).isEqualTo(DELAY / 2);
        scheduler.advance(DELAY / 2 - 1);
        assertThat(visits).containsExactly("b");
        scheduler.advance(1);
        assertThat(visits).containsExactly("b", "c", "a");
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void aConnectionThatCameLateWaitsForItsTimeAndNoLonger() throws IOException {
        FakeConnection a = connection("a");
        FakeConnection b = connection("b");
        a.begin(clock.get());
        scheduler.advance(DELAY - 1);
        b.begin(clock.get());

        scheduler.advance(1);
        assertThat(visits).containsExactly("a");
        assertThat(scheduler.nextInNanos()).isEqualTo(DELAY - 1);
        scheduler.advance(DELAY - 1);
        assertThat(visits).containsExactly("a", "b");
    }

    @Test
    void aConnectionStandsInTheQueueOnceHoweverManyRequestsItServes() throws IOException {
        FakeConnection a = connection("a");
        for (int i = 0; i < 100; i++) {
            a.begin(clock.get());
            a.end();
            scheduler.advance(1);
        }
        a.begin(clock.get());

        scheduler.advance(DELAY - 100);
        assertThat(visits).as("one visit, of the hundred-and-first").containsExactly("a");
        assertThat(a.isWatched()).as("too young").isFalse();
        assertThat(scheduler.pending()).isEqualTo(1);

        scheduler.advance(DELAY);
        assertThat(visits).containsExactly("a", "a");
        assertThat(a.isWatched()).isTrue();
    }

    @Test
    void aConnectionThatIsIdleAgainIsPassedOver() throws IOException {
        FakeConnection a = connection("a");
        a.begin(clock.get());
        a.end();

        scheduler.advance(DELAY);

        assertThat(visits).isEmpty();
        assertThat(a.isWatched()).isFalse();
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void aTimerThatHasStoppedStartsAgain() throws IOException {
        FakeConnection a = connection("a");
        for (int i = 1; i <= 3; i++) {
            a.begin(clock.get());
            scheduler.advance(10 * DELAY);
            assertThat(visits).hasSize(i);
            assertThat(scheduler.pending()).isZero();
        }
    }

    @Test
    void aConnectionAddedWhileAnotherIsVisitedIsVisitedToo() throws IOException {
        FakeConnection a = connection("a");
        FakeConnection b = connection("b");
        a.atVisit(() -> b.begin(clock.get()));
        a.begin(clock.get());

        scheduler.advance(DELAY);
        assertThat(visits).containsExactly("a");
        a.atVisit(null);
        scheduler.advance(DELAY);

        assertThat(visits).containsExactly("a", "b");
        assertThat(b.isWatched()).isTrue();
    }

    @Test
    void aConnectionAddedBetweenTheLastLookAtTheQueueAndTheStopIsNotForgotten() throws IOException {
        HookedQueue queue = new HookedQueue();
        WatchTimer hooked = new WatchTimer(scheduler, clock::get, DELAY, queue);
        FakeConnection a = new FakeConnection("a", hooked, visits);
        FakeConnection b = new FakeConnection("b", hooked, visits);
        a.begin(clock.get());
        // T2 has found the queue empty, and still says that it ticks: T1 adds, and leaves it to T2
        queue.afterFoundEmpty =
                () -> {
                    b.begin(clock.get());
                    assertThat(scheduler.pending()).isZero();
                };

        scheduler.runNext();

        assertThat(visits).containsExactly("a");
        assertThat(scheduler.pending()).isEqualTo(1);
        scheduler.advance(DELAY);
        assertThat(visits).containsExactly("a", "b");
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void aVisitThatThrowsDoesNotStopTheTimer() throws IOException {
        FakeConnection a = connection("a");
        FakeConnection b = connection("b");
        FakeConnection c = connection("c");
        a.atVisit(
                () -> {
                    throw new IllegalStateException("a's exchange");
                });
        a.begin(clock.get());
        b.begin(clock.get());

        scheduler.advance(DELAY);
        c.begin(clock.get());
        scheduler.advance(DELAY);

        assertThat(visits).containsExactly("a", "b", "c");
        assertThat(b.isWatched()).isTrue();
        assertThat(c.isWatched()).isTrue();
        assertThat(scheduler.pending()).isZero();
    }

    private FakeConnection connection(String name) throws IOException {
        return new FakeConnection(name, timer, visits);
    }

    /** Lets something happen right after it was found empty. Confined to the test's thread. */
    private static final class HookedQueue extends ConcurrentLinkedQueue<ClientWatch> {
        private transient @Nullable Runnable afterFoundEmpty;

        @Override
        public @Nullable ClientWatch peek() {
            ClientWatch head = super.peek();
            Runnable hook = afterFoundEmpty;
            if (head == null && hook != null) {
                afterFoundEmpty = null;
                hook.run();
            }
            return head;
        }
    }
}
