package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.cancel.CancellationToken.Registration;
import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CancellationTokenTest {
    private static final CancellationReason FIRST = new Cancelled("first");
    private static final CancellationReason SECOND = new Cancelled("second");

    private final CancellationSource source = new CancellationSource();
    private final CancellationToken token = source.token();
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final List<CancellationReason> told = new ArrayList<>();

    @AfterEach
    void stopPool() {
        pool.shutdownNow();
    }

    @Test
    void aNewTokenIsOpen() {
        assertThat(token.isCancelled()).isFalse();
        assertThat(token.reason()).isEmpty();
        assertThatCode(token::throwIfCancelled).doesNotThrowAnyException();
        assertThat(token).hasToString("CancellationToken[open]");
        assertThat(source).hasToString("CancellationSource[CancellationToken[open]]");
    }

    @Test
    void theFirstReasonWins() {
        token.onCancelled(told::add);

        assertThat(source.cancel(FIRST)).isTrue();
        assertThat(source.cancel(SECOND)).isFalse();
        assertThat(source.complete()).isFalse();

        assertThat(token.isCancelled()).isTrue();
        assertThat(token.reason()).containsSame(FIRST);
        assertThat(told).containsExactly(FIRST);
        assertThat(token).hasToString("CancellationToken[cancelled: first]");
    }

    @Test
    void completedWorkIsNeverCancelled() {
        token.onCancelled(told::add);

        assertThat(source.complete()).isTrue();
        assertThat(source.complete()).isFalse();
        assertThat(source.cancel(FIRST)).isFalse();
        token.onCancelled(told::add); // late

        assertThat(token.isCancelled()).isFalse();
        assertThat(token.reason()).isEmpty();
        assertThatCode(token::throwIfCancelled).doesNotThrowAnyException();
        assertThat(told).isEmpty();
        assertThat(token).hasToString("CancellationToken[completed]");
    }

    @Test
    void theLosersUrgentTaskIsNotRun() {
        AtomicInteger runs = new AtomicInteger();
        source.complete();

        source.cancel(FIRST, runs::incrementAndGet);

        assertThat(runs).hasValue(0);
    }

    @Test
    void ofRacingCallsExactlyOneDecides() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            CancellationSource racing = new CancellationSource();
            AtomicInteger calls = new AtomicInteger();
            CountDownLatch start = new CountDownLatch(1);
            racing.token().onCancelled(why -> calls.incrementAndGet());
            List<Future<Boolean>> decided = new ArrayList<>();
            for (CancellationReason why : List.of(FIRST, SECOND))
                decided.add(
                        pool.submit(
                                () -> {
                                    start.await();
                                    return racing.cancel(why);
                                }));
            decided.add(
                    pool.submit(
                            () -> {
                                start.await();
                                return racing.complete();
                            }));
            // registers while they race: told exactly if the work was cancelled
            AtomicInteger lateCalls = new AtomicInteger();
            Future<Registration> registered =
                    pool.submit(
                            () -> {
                                start.await();
                                return racing.token()
                                        .onCancelled(why -> lateCalls.incrementAndGet());
                            });
            start.countDown();
            List<Boolean> results = new ArrayList<>();
            for (Future<Boolean> each : decided) results.add(each.get(10, TimeUnit.SECONDS));
            registered.get(10, TimeUnit.SECONDS);

            assertThat(results).containsOnlyOnce(true);
            int expected = results.get(2) ? 0 : 1;
            assertThat(calls).hasValue(expected);
            assertThat(lateCalls).hasValue(expected);
            if (expected == 1)
                assertThat(racing.token().reason()).contains(results.get(0) ? FIRST : SECOND);
        }
    }

    @Test
    void aLateCallbackIsToldAtOnceByTheThreadThatRegistersIt() {
        List<Runnable> queued = new ArrayList<>();
        CancellationSource queueing = new CancellationSource(queued::add);
        queueing.cancel(FIRST);
        List<Thread> threads = new ArrayList<>();

        queueing.token()
                .onCancelled(
                        why -> {
                            told.add(why);
                            threads.add(Thread.currentThread());
                        });

        assertThat(told).containsExactly(FIRST);
        assertThat(threads).containsExactly(Thread.currentThread());
        assertThat(queued).isEmpty();
    }

    @Test
    void aCallbackThatRegistersAnotherDuringCancellationHasItTold() {
        token.onCancelled(why -> token.onCancelled(told::add));

        source.cancel(FIRST);

        assertThat(told).containsExactly(FIRST);
    }

    @Test
    void aWithdrawnCallbackIsNotTold() {
        Registration first = token.onCancelled(why -> told.add(SECOND));
        Registration middle = token.onCancelled(why -> told.add(SECOND));
        token.onCancelled(told::add);
        Registration last = token.onCancelled(why -> told.add(SECOND));

        middle.close();
        last.close();
        first.close();
        first.close(); // idempotent
        source.cancel(FIRST);

        assertThat(told).containsExactly(FIRST);
    }

    @Test
    void aCallbackWithdrawnByAnEarlierOneIsNotTold() {
        List<Registration> later = new ArrayList<>();
        token.onCancelled(why -> later.get(0).close());
        later.add(token.onCancelled(told::add));
        token.onCancelled(told::add);

        source.cancel(FIRST);

        assertThat(told).as("only the third").containsExactly(FIRST);
    }

    @Test
    void aCallbackMayWithdrawItself() {
        List<Registration> self = new ArrayList<>();
        self.add(
                token.onCancelled(
                        why -> {
                            told.add(why);
                            self.get(0).close();
                        }));
        token.onCancelled(told::add);

        source.cancel(FIRST);

        assertThat(told).containsExactly(FIRST, FIRST);
    }

    @Test
    void withdrawingAfterTheEndDoesNothing() {
        Registration cancelled = token.onCancelled(told::add);
        source.cancel(FIRST);
        cancelled.close();
        Registration late = token.onCancelled(told::add);
        late.close();

        assertThat(told).containsExactly(FIRST, FIRST);
    }

    @Test
    void cancelledWorkThrowsWithTheReasonAndItsFailure() {
        IOException reset = new IOException("Connection reset");
        source.cancel(new ClientLoss(Signal.RST, Duration.ofMillis(7), Instant.EPOCH, reset));

        assertThatThrownBy(token::throwIfCancelled)
                .isInstanceOf(CancellationException.class)
                .hasMessage("client lost (RST) after 7 ms")
                .hasCause(reset);
    }

    @Test
    void cancelledWorkWithoutAFailureThrowsWithoutACause() {
        source.cancel(FIRST);

        assertThatThrownBy(token::throwIfCancelled)
                .isInstanceOf(CancellationException.class)
                .hasMessage("cancelled: first")
                .hasNoCause();
    }

    @Test
    void noneIsNeverCancelledAndKeepsNothing() {
        CancellationToken none = CancellationToken.none();

        none.onCancelled(told::add).close();
        CancellationSource child = CancellationSource.childOf(none);

        assertThat(none.isCancelled()).isFalse();
        assertThat(child.cancel(FIRST)).isTrue();
        assertThat(none.isCancelled()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatNullPointerException().isThrownBy(() -> source.cancel(null)).withMessage("why");
        assertThatNullPointerException()
                .isThrownBy(() -> source.cancel(FIRST, null))
                .withMessage("urgent");
        assertThatNullPointerException()
                .isThrownBy(() -> token.onCancelled(null))
                .withMessage("callback");
        assertThatNullPointerException()
                .isThrownBy(() -> new CancellationSource(null))
                .withMessage("executor");
        assertThatNullPointerException()
                .isThrownBy(() -> token.wrap((Runnable) null))
                .withMessage("task");
        assertThat(token.isCancelled()).as("a refused call changes nothing").isFalse();
    }
}
