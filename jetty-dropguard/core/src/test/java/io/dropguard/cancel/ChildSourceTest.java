package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChildSourceTest {
    private static final CancellationReason WHY = new Cancelled("parent");
    private static final CancellationReason OWN = new Cancelled("child");

    private final CancellationSource parent = new CancellationSource();

    @Test
    void aChildIsCancelledWithItsParentForTheSameReason() {
        CancellationSource child = CancellationSource.childOf(parent.token());
        CancellationSource grandchild = CancellationSource.childOf(child.token());
        List<CancellationReason> told = new ArrayList<>();
        grandchild.token().onCancelled(told::add);

        parent.cancel(WHY);

        assertThat(child.token().reason()).containsSame(WHY);
        assertThat(grandchild.token().reason()).containsSame(WHY);
        assertThat(told).containsExactly(WHY);
    }

    @Test
    void aChildOfCancelledWorkIsBornCancelled() {
        parent.cancel(WHY);

        CancellationSource child = CancellationSource.childOf(parent.token());

        assertThat(child.token().reason()).containsSame(WHY);
        assertThat(child.complete()).isFalse();
    }

    @Test
    void aChildCanBeCancelledAlone() {
        CancellationSource child = CancellationSource.childOf(parent.token());
        CancellationSource sibling = CancellationSource.childOf(parent.token());

        assertThat(child.cancel(OWN)).isTrue();

        assertThat(parent.token().isCancelled()).isFalse();
        assertThat(sibling.token().isCancelled()).isFalse();
        assertThat(Registrations.of(parent.token())).as("only the sibling").isEqualTo(1);
        parent.cancel(WHY);
        assertThat(child.token().reason()).containsSame(OWN);
        assertThat(sibling.token().reason()).containsSame(WHY);
    }

    @Test
    void aCompletedChildIsNotCancelledWithItsParent() {
        CancellationSource child = CancellationSource.childOf(parent.token());

        assertThat(child.complete()).isTrue();
        parent.cancel(WHY);

        assertThat(child.token().isCancelled()).isFalse();
    }

    @Test
    void aChildOutlivesAParentThatCompletes() {
        CancellationSource child = CancellationSource.childOf(parent.token());

        parent.complete();

        assertThat(child.token().isCancelled()).isFalse();
        assertThat(child.cancel(OWN)).isTrue();
    }

    @Test
    void aChildsCallbacksRunOnTheParentsExecutor() {
        List<Runnable> queued = new ArrayList<>();
        CancellationSource queueing = new CancellationSource(queued::add);
        CancellationSource child = CancellationSource.childOf(queueing.token());
        List<CancellationReason> told = new ArrayList<>();
        child.token().onCancelled(told::add);

        queueing.cancel(WHY);
        assertThat(child.token().isCancelled()).as("without waiting for the executor").isTrue();
        assertThat(told).isEmpty();

        queued.forEach(Runnable::run);
        assertThat(told).containsExactly(WHY);
    }

    @Test
    void aParentForgetsAHundredThousandChildrenThatEnded() {
        List<WeakReference<CancellationSource>> children = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            CancellationSource child = CancellationSource.childOf(parent.token());
            if (i % 2 == 0) child.complete();
            else child.cancel(OWN);
            if (i % 10_000 < 2) children.add(new WeakReference<>(child));
        }

        assertThat(Registrations.of(parent.token())).isZero();
        assertAllCollected(children);
    }

    @Test
    void anEndedChildThatSomebodyStillHoldsRetainsNoneOfThoseThatCameAfterIt() {
        CancellationSource held = CancellationSource.childOf(parent.token());
        List<WeakReference<CancellationToken.Registration>> later = new ArrayList<>();
        CancellationToken.Registration last = () -> held.complete();
        for (int i = 0; i < 1_000; i++) { // each begins before the one before it ends
            CancellationToken.Registration next = parent.token().onCancelled(why -> {});
            last.close();
            last = next;
            later.add(new WeakReference<>(next));
        }
        last.close();
        last = null;

        assertAllCollected(later);
        assertThat(held.token().isCancelled()).isFalse(); // held until here
    }

    @Test
    void aParentCancelledWhileItsChildrenCompleteEndsEachExactlyOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            int completedFirst = 0;
            for (int round = 0; round < 2_000; round++) {
                CancellationSource racing = new CancellationSource();
                List<CancellationSource> children = new ArrayList<>();
                AtomicInteger told = new AtomicInteger();
                for (int i = 0; i < 10; i++) {
                    CancellationSource child = CancellationSource.childOf(racing.token());
                    child.token().onCancelled(why -> told.incrementAndGet());
                    children.add(child);
                }
                CyclicBarrier start = new CyclicBarrier(2);
                Future<Boolean> cancelled =
                        pool.submit(
                                () -> {
                                    start.await();
                                    return racing.cancel(WHY);
                                });
                Future<Integer> completed =
                        pool.submit(
                                () -> {
                                    start.await();
                                    int won = 0;
                                    for (CancellationSource child : children)
                                        if (child.complete()) won++;
                                    return won;
                                });

                assertThat(cancelled.get(10, TimeUnit.SECONDS)).isTrue();
                int won = completed.get(10, TimeUnit.SECONDS);
                assertThat(told).hasValue(10 - won);
                assertThat(children.stream().filter(c -> c.token().isCancelled()))
                        .hasSize(10 - won);
                assertThat(Registrations.of(racing.token())).isZero();
                completedFirst += won;
            }
            assertThat(completedFirst).as("a race, not a procession").isBetween(1, 19_999);
        } finally {
            pool.shutdownNow();
        }
    }

    private static <T> void assertAllCollected(List<WeakReference<T>> references) {
        await().untilAsserted(
                        () -> {
                            System.gc();
                            assertThat(references).allMatch(reference -> reference.get() == null);
                        });
    }
}
