package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An interrupt reaches the thread that handles an exchange, and only while it does. */
class HandledExchangeTest {
    private final ExecutorService other = Executors.newSingleThreadExecutor();
    private final HandledExchange handling = new HandledExchange();

    @BeforeEach
    void enter() {
        handling.enterFirst();
    }

    @AfterEach
    void leaveNothingBehind() {
        other.shutdownNow();
        assertThat(Thread.interrupted()).as("a flag left behind").isFalse();
    }

    @Test
    void anInterruptBeforeTheThreadLeavesIsSeenAndTakenBack() throws Exception {
        assertThat(fromAnother(handling::interrupt)).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(fromAnother(handling::interrupt)).as("once").isFalse();

        assertThat(handling.leave()).isTrue();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void anInterruptAfterTheThreadHasLeftReachesNobody() throws Exception {
        assertThat(handling.leave()).isTrue();

        assertThat(fromAnother(handling::interrupt)).isFalse();
        assertThat(handling.thread()).isNull();
    }

    @Test
    void theNextThreadIsInterruptedThoughTheFirstWas() throws Exception {
        assertThat(fromAnother(handling::interrupt)).isTrue();
        handling.leave();

        boolean seen =
                fromAnother(
                        () -> {
                            handling.enter();
                            handling.interrupt();
                            boolean interrupted = Thread.currentThread().isInterrupted();
                            handling.leave();
                            return interrupted && !Thread.currentThread().isInterrupted();
                        });

        assertThat(seen).isTrue();
    }

    @Test
    void aThreadThatEntersTwiceLeavesTwice() {
        handling.enter();

        assertThat(handling.leave()).isFalse();
        assertThat(handling.thread()).isSameAs(Thread.currentThread());
        assertThat(handling.leave()).isTrue();
        assertThat(handling.leave()).as("it has left").isFalse();
    }

    @Test
    void aContextThatSaysOnlyThatItEndsDoesNotEndTheHandlersStay() {
        assertThat(handling.leaveContext()).isFalse();
        assertThat(handling.thread()).isSameAs(Thread.currentThread());

        handling.enterContext();
        assertThat(handling.leaveContext()).isFalse();
        assertThat(handling.thread()).isSameAs(Thread.currentThread());
        assertThat(handling.leave()).isTrue();
    }

    @Test
    void aContextThatSaysOnlyThatItBeginsDoesNotOutlastTheHandlersStay() {
        handling.enterContext();

        assertThat(handling.leave()).isTrue();

        assertThat(handling.thread()).isNull();
        assertThat(handling.leaveContext()).isFalse();
    }

    @Test
    void aContextWithoutAHandlerIsAStayOfItsOwn() {
        handling.leave();

        handling.enterContext();
        assertThat(handling.thread()).isSameAs(Thread.currentThread());
        assertThat(handling.leaveContext()).isTrue();
        assertThat(handling.thread()).isNull();
    }

    @Test
    void anotherThreadNeitherEntersNorLeavesInItsPlace() throws Exception {
        boolean left =
                fromAnother(
                        () -> {
                            handling.enter();
                            return handling.leave();
                        });

        assertThat(left).isFalse();
        assertThat(handling.thread()).isSameAs(Thread.currentThread());
        handling.leave();
    }

    @Test
    void whatHasToWaitIsDoneInItsOrderAndAnInterruptStillReachesTheThread() throws Exception {
        List<String> done = new ArrayList<>();
        assertThat(fromAnother(() -> handling.afterwards(() -> done.add("first")))).isTrue();
        assertThat(fromAnother(handling::interrupt)).isTrue();
        assertThat(handling.afterwards(() -> done.add(flag()))).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(done).isEmpty();

        handling.leave();

        assertThat(done).containsExactly("first", "not interrupted");
        assertThat(handling.afterwards(() -> done.add("late"))).as("nobody to wait for").isFalse();
    }

    private static String flag() {
        return Thread.currentThread().isInterrupted() ? "interrupted" : "not interrupted";
    }

    /** Runs it to its end, even if that interrupts the calling thread. */
    private <T> T fromAnother(Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        other.execute(task);
        while (!task.isDone()) Thread.onSpinWait(); // a wait would throw
        return task.get();
    }
}
