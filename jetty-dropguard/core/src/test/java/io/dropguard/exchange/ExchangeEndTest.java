package io.dropguard.exchange;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whoever reaches for the channel of an exchange never gets that of the next one. */
class ExchangeEndTest {
    private final ExchangeEnd end = new ExchangeEnd();

    @Test
    void who_reaches_after_the_end_gets_nothing() {
        assertThat(end.end()).isTrue();

        assertThat(end.reach(() -> "the next exchange's")).isNull();
        assertThat(end.isOver()).isTrue();
    }

    @Test
    void the_end_waits_for_who_has_reached_before_it() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        CompletableFuture<String> taken =
                CompletableFuture.supplyAsync(
                        () ->
                                end.reach(
                                        () -> {
                                            reached.countDown();
                                            awaitLatch(released);
                                            return end.isOver() ? "too late" : "in time";
                                        }));
        awaitLatch(reached);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread ender = new Thread(() -> ended.complete(end.end()));
        ender.start();
        await().until(() -> ender.getState() == Thread.State.BLOCKED);
        assertThat(end.isOver()).isFalse();

        released.countDown();

        assertThat(taken.get(10, SECONDS)).isEqualTo("in time");
        assertThat(ended.get(10, SECONDS)).isTrue();
        assertThat(end.isOver()).isTrue();
    }

    @Test
    void who_reaches_may_end_it_too() {
        assertThat(end.reach(end::end)).isTrue();

        assertThat(end.isOver()).isTrue();
        assertThat(end.end()).isFalse();
    }

    @Test
    void reaching_may_fail_and_leaves_it_open() {
        assertThat(
                        CompletableFuture.supplyAsync(
                                () ->
                                        end.reach(
                                                () -> {
                                                    throw new IllegalStateException("no stream");
                                                })))
                .failsWithin(10, SECONDS);

        assertThat(end.reach(() -> "still there")).isEqualTo("still there");
    }

    @Test
    void just_one_of_many_ends_it_while_others_reach() throws Exception {
        for (int round = 0; round < 1_000; round++) {
            ExchangeEnd racing = new ExchangeEnd();
            AtomicInteger ends = new AtomicInteger();
            AtomicInteger late = new AtomicInteger();
            Runnable ending = () -> ends.addAndGet(racing.end() ? 1 : 0);
            Runnable reaching = () -> racing.reach(() -> late.addAndGet(racing.isOver() ? 1 : 0));
            CompletableFuture.allOf(
                            CompletableFuture.runAsync(ending),
                            CompletableFuture.runAsync(reaching),
                            CompletableFuture.runAsync(ending),
                            CompletableFuture.runAsync(reaching))
                    .get(10, SECONDS);
            assertThat(ends).hasValue(1);
            assertThat(late).hasValue(0);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
