package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Work handed to another thread stops too. */
@Timeout(60)
class WrappedTaskTest {
    private static final CancellationReason WHY = new Cancelled("test");

    private final CancellationSource source = new CancellationSource();
    private final CancellationToken token = source.token();
    private final ExecutorService pool = Executors.newSingleThreadExecutor();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    @AfterEach
    void stopPool() {
        pool.shutdownNow();
    }

    @Test
    void aTaskThatNobodyCancelsGivesItsResult() throws Exception {
        Callable<String> wrapped = token.wrap(() -> "result");

        assertThat(wrapped.call()).isEqualTo("result");
        assertThat(Registrations.of(token)).isZero();
    }

    @Test
    void whatATaskThrowsComesThrough() {
        Exception thrown = new Exception("its own");
        Callable<String> wrapped =
                token.wrap(
                        (Callable<String>)
                                () -> {
                                    throw thrown;
                                });

        assertThatThrownBy(wrapped::call).isSameAs(thrown);
        assertThat(Registrations.of(token)).isZero();
    }

    @Test
    void aCallableIsNotBegunOnceCancelled() {
        AtomicBoolean ran = new AtomicBoolean();
        Callable<Boolean> wrapped = token.wrap(() -> ran.getAndSet(true));

        source.cancel(WHY);

        assertThatThrownBy(wrapped::call)
                .isInstanceOf(CancellationException.class)
                .hasMessage("cancelled: test");
        assertThat(ran).isFalse();
    }

    @Test
    void aRunnableIsNotBegunOnceCancelled() {
        AtomicBoolean ran = new AtomicBoolean();
        Runnable wrapped = token.wrap(() -> ran.set(true));

        source.cancel(WHY);
        wrapped.run();

        assertThat(ran).isFalse();
    }

    @Test
    void everyTaskOfAWrappedExecutorIsWrapped() throws Exception {
        Executor executor = token.wrap(pool);
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        executor.execute(() -> first.complete(blockUntilInterrupted()));
        AtomicBoolean second = new AtomicBoolean();
        executor.execute(() -> second.set(true)); // queued behind

        begun.await();
        source.cancel(WHY);

        assertThat(first.get()).as("interrupted").isTrue();
        assertThat(flagOnPoolThread()).isFalse(); // and the second has had its turn
        assertThat(second).isFalse();
    }

    @RepeatedTest(100)
    void theThreadIsInterruptedMeanwhileAndGoesBackClean() throws Exception {
        Future<Boolean> interrupted = pool.submit(token.wrap(this::blockUntilInterrupted));

        begun.await();
        source.cancel(WHY);

        assertThat(interrupted.get()).isTrue();
        assertThat(flagOnPoolThread()).isFalse();
    }

    @RepeatedTest(100)
    void aTaskThatNeverLooksLeavesNoFlagBehind() throws Exception {
        CountDownLatch cancelled = new CountDownLatch(1);
        Future<?> ran =
                pool.submit(
                        token.wrap(
                                () -> {
                                    begun.countDown();
                                    while (cancelled.getCount() > 0) Thread.onSpinWait();
                                }));
        begun.await();
        source.cancel(WHY);
        cancelled.countDown();
        ran.get();

        assertThat(flagOnPoolThread()).isFalse();
    }

    @Test
    void aTaskThatRestoresTheFlagAsItShouldLeavesNoneBehind() throws Exception {
        Future<?> ran =
                pool.submit(
                        token.wrap(
                                () -> {
                                    blockUntilInterrupted();
                                    Thread.currentThread().interrupt();
                                }));
        begun.await();
        source.cancel(WHY);
        ran.get();

        assertThat(flagOnPoolThread()).isFalse();
    }

    @Test
    void cancellingAfterTheTaskEndedTouchesNobody() throws Exception {
        pool.submit(token.wrap(() -> "done")).get();

        source.cancel(WHY);

        assertThat(flagOnPoolThread()).isFalse();
    }

    @Test
    void aStrangersInterruptIsKept() {
        boolean seen;
        try {
            token.wrap(() -> Thread.currentThread().interrupt()).run();
        } finally {
            seen = Thread.interrupted();
        }
        assertThat(seen).isTrue();
    }

    @Test
    void aStrangersInterruptIsKeptAlsoWhenTheWorkIsCancelledAfterIt() {
        boolean seen;
        try {
            token.wrap(
                            () -> {
                                Thread.currentThread().interrupt();
                                OtherThread.call(() -> source.cancel(WHY));
                            })
                    .run();
        } finally {
            seen = Thread.interrupted();
        }
        assertThat(seen).isTrue();
    }

    @Test
    void theInterruptDoesNotWaitForTheSourcesExecutor() throws Exception {
        CancellationSource stuck = new CancellationSource(task -> {});
        Future<Boolean> interrupted = pool.submit(stuck.token().wrap(this::blockUntilInterrupted));

        begun.await();
        stuck.cancel(WHY);

        assertThat(interrupted.get()).isTrue();
    }

    @RepeatedTest(1000)
    void cancellingWhileTheTaskEndsLeavesNoFlagBehind() throws Exception {
        Future<?> ran = pool.submit(token.wrap(begun::countDown));
        begun.await();
        source.cancel(WHY);
        ran.get();

        assertThat(flagOnPoolThread()).isFalse();
    }

    @Test
    void aFutureIsCancelledWithInterrupt() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Future<?> future = pool.submit(() -> interrupted.complete(blockUntilInterrupted()));

        Future<?> same = token.link(future);
        assertThat(same).isSameAs(future);
        begun.await();
        source.cancel(WHY);

        assertThat(future.isCancelled()).isTrue();
        assertThat(interrupted.get()).isTrue();
    }

    @Test
    void aCompletableFutureIsCancelledAndThoseThatWaitForItHear() {
        CompletableFuture<String> future = token.link(new CompletableFuture<>());
        CompletableFuture<Integer> dependent = future.thenApply(String::length);

        source.cancel(WHY);

        assertThat(future).isCancelled();
        assertThatThrownBy(dependent::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(CancellationException.class);
    }

    @Test
    void aFutureLinkedTooLateIsCancelledAtOnce() {
        source.cancel(WHY);

        assertThat(token.link(new CompletableFuture<>())).isCancelled();
    }

    @Test
    void aFutureThatIsDoneIsForgottenAndKeepsItsResult() {
        CompletableFuture<String> before = token.link(CompletableFuture.completedFuture("before"));
        CompletableFuture<String> later = token.link(new CompletableFuture<>());
        CompletableFuture<String> failed = token.link(new CompletableFuture<>());
        assertThat(Registrations.of(token)).isEqualTo(2);

        later.complete("later");
        failed.completeExceptionally(new IllegalStateException("its own"));
        assertThat(Registrations.of(token)).isZero();

        source.cancel(WHY);
        assertThat(before).isCompletedWithValue("before");
        assertThat(later).isCompletedWithValue("later");
        assertThat(failed.isCancelled()).isFalse();
    }

    private boolean blockUntilInterrupted() {
        begun.countDown();
        try {
            return never.await(30, TimeUnit.SECONDS); // false: nobody interrupted us
        } catch (InterruptedException expected) {
            return true;
        }
    }

    private boolean flagOnPoolThread() throws Exception {
        return pool.submit(() -> Thread.currentThread().isInterrupted()).get();
    }
}
