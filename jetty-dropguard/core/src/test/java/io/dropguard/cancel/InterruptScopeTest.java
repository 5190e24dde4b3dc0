package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class InterruptScopeTest {

    @AfterEach
    void theTestsThreadGoesBackClean() {
        boolean left = Thread.interrupted();
        assertThat(left).as("flag left behind by the test").isFalse();
    }

    @RepeatedTest(1000)
    void anInterruptBeforeTheCloseIsSeenInsideAndClearedByTheClose() {
        boolean seen;
        boolean raised;
        try (InterruptScope scope = InterruptScope.open()) {
            raised = OtherThread.call(scope::interrupt);
            seen = Thread.currentThread().isInterrupted();
        }
        boolean left = Thread.interrupted();

        assertThat(raised).isTrue();
        assertThat(seen).isTrue();
        assertThat(left).isFalse();
    }

    @RepeatedTest(1000)
    void anInterruptAfterTheCloseDoesNothing() {
        InterruptScope scope = InterruptScope.open();
        scope.close();

        boolean raised = OtherThread.call(scope::interrupt);
        boolean left = Thread.interrupted();

        assertThat(raised).isFalse();
        assertThat(left).isFalse();
    }

    @Test
    void onlyTheFirstInterruptRaises() {
        try (InterruptScope scope = InterruptScope.open()) {
            assertThat(scope.interrupt()).isTrue();
            Thread.interrupted(); // the work noticed it

            assertThat(scope.interrupt()).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }
    }

    @Test
    void aThreadThatBlocksIsWoken() {
        SynchronousQueue<String> neverFilled = new SynchronousQueue<>();
        try (InterruptScope scope = InterruptScope.open()) {
            Thread blocked = Thread.currentThread();
            Thread waker =
                    new Thread(
                            () -> {
                                while (blocked.getState() != Thread.State.TIMED_WAITING)
                                    Thread.onSpinWait();
                                scope.interrupt();
                            });
            waker.start();

            assertThatThrownBy(() -> neverFilled.poll(1, TimeUnit.MINUTES))
                    .isInstanceOf(InterruptedException.class);
        }
    }

    @RepeatedTest(100)
    void aThreadBetweenTwoTasksIsNotInterrupted() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            AtomicReference<InterruptScope> first = new AtomicReference<>();
            pool.submit(
                            () -> {
                                try (InterruptScope scope = InterruptScope.open()) {
                                    first.set(scope);
                                }
                            })
                    .get(10, TimeUnit.SECONDS);

            boolean raised = first.get().interrupt();
            boolean flagInSecond =
                    pool.submit(() -> Thread.currentThread().isInterrupted())
                            .get(10, TimeUnit.SECONDS);

            assertThat(raised).isFalse();
            assertThat(flagInSecond).isFalse();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aStrangersEarlierInterruptIsKept() {
        boolean kept;
        try (InterruptScope scope = InterruptScope.open()) {
            Thread.currentThread().interrupt(); // stands for a stranger
            OtherThread.call(scope::interrupt);
        }
        kept = Thread.interrupted();

        assertThat(kept).isTrue();
    }

    @Test
    void anInterruptThatWasThereBeforeTheScopeOpenedIsKept() {
        Thread.currentThread().interrupt();
        try (InterruptScope scope = InterruptScope.open()) {
            assertThat(scope.interrupt()).isTrue();
        }
        boolean kept = Thread.interrupted();

        assertThat(kept).isTrue();
    }

    @Test
    void aStrangersInterruptIsKeptWhenNobodyUsedTheScope() {
        InterruptScope scope = InterruptScope.open();
        Thread.currentThread().interrupt();
        scope.close();
        boolean kept = Thread.interrupted();

        assertThat(kept).isTrue();
    }

    @Test
    void closingTwiceClearsOnce() {
        InterruptScope scope = InterruptScope.open();
        scope.interrupt();
        scope.close();
        Thread.currentThread().interrupt(); // the next work's
        scope.close();
        boolean kept = Thread.interrupted();

        assertThat(kept).isTrue();
    }

    @Test
    void anInnerScopeLeavesTheOuterOnesInterruptAlone() {
        boolean afterInner;
        try (InterruptScope outer = InterruptScope.open()) {
            try (InterruptScope inner = InterruptScope.open()) {
                OtherThread.call(outer::interrupt);
                OtherThread.call(inner::interrupt);
            }
            afterInner = Thread.currentThread().isInterrupted();
        }
        boolean left = Thread.interrupted();

        assertThat(afterInner).isTrue();
        assertThat(left).isFalse();
    }

    @Test
    void anInnerScopeThatWasInterruptedFirstLeavesTheOuterOnesInterruptAlone() {
        boolean afterInner;
        try (InterruptScope outer = InterruptScope.open()) {
            try (InterruptScope inner = InterruptScope.open()) {
                OtherThread.call(inner::interrupt);
                OtherThread.call(outer::interrupt);
            }
            afterInner = Thread.currentThread().isInterrupted();
        }
        boolean left = Thread.interrupted();

        assertThat(afterInner).as("the outer work still has to stop").isTrue();
        assertThat(left).isFalse();
    }

    @Test
    void anInnerScopesInterruptDoesNotReachTheWorkAroundIt() {
        boolean afterInner;
        boolean raisedLater;
        try (InterruptScope outer = InterruptScope.open()) {
            try (InterruptScope inner = InterruptScope.open()) {
                OtherThread.call(inner::interrupt);
            }
            afterInner = Thread.currentThread().isInterrupted();
            raisedLater = OtherThread.call(outer::interrupt);
        }
        boolean left = Thread.interrupted();

        assertThat(afterInner).isFalse();
        assertThat(raisedLater).isTrue();
        assertThat(left).isFalse();
    }

    @Test
    void aStrangersInterruptIsKeptThroughNestedScopes() {
        try (InterruptScope outer = InterruptScope.open()) {
            Thread.currentThread().interrupt();
            try (InterruptScope inner = InterruptScope.open()) {
                OtherThread.call(inner::interrupt);
            }
            OtherThread.call(outer::interrupt);
        }
        boolean kept = Thread.interrupted();

        assertThat(kept).isTrue();
    }

    @Test
    void itKnowsItsThread() {
        try (InterruptScope scope = InterruptScope.open()) {
            assertThat(scope.thread()).isSameAs(Thread.currentThread());
            assertThat(scope.isCurrentThread()).isTrue();
            assertThat(OtherThread.call(scope::isCurrentThread)).isFalse();
        }
    }
}
