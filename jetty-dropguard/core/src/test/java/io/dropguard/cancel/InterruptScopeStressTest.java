package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One thread opens and closes scopes; others interrupt them at about the time of the close. */
@Timeout(120)
@SuppressWarnings("ThreadPriorityCheck") // yields for speed on few cores; nothing relies on it
class InterruptScopeStressTest {
    private static final int ROUNDS = 100_000;

    /** Interrupts each scope it is handed, once. */
    private static final class Interrupter extends Thread {
        private final AtomicReference<InterruptScope> slot = new AtomicReference<>();
        private final SplittableRandom random;
        private volatile boolean taken; // it has seen the scope, and is about to interrupt
        private volatile boolean stop;
        private int raised; // confined to this thread until it has ended
        private int late; // confined to this thread until it has ended

        Interrupter(long seed) {
            super("interrupter");
            random = new SplittableRandom(seed);
            setDaemon(true);
        }

        void hand(InterruptScope scope) {
            taken = false;
            slot.set(scope);
        }

        void awaitTaken() {
            while (!taken) Thread.yield();
        }

        void awaitDone() {
            while (slot.get() != null) Thread.yield();
        }

        @Override
        public void run() {
            while (!stop) {
                InterruptScope scope = slot.get();
                if (scope == null) {
                    Thread.yield();
                    continue;
                }
                taken = true;
                spin(random);
                if (scope.interrupt()) raised++;
                else late++;
                slot.set(null);
            }
        }
    }

    private final List<Interrupter> interrupters = new ArrayList<>();
    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);

    @AfterEach
    void stopInterrupters() throws InterruptedException {
        Thread.interrupted(); // of a failed round
        for (Interrupter each : interrupters) {
            each.stop = true;
            each.join();
        }
    }

    @Test
    void theFlagIsNeverLeftBehindAndAStrangersNeverLost() throws InterruptedException {
        Interrupter interrupter = start();
        for (int round = 0; round < ROUNDS; round++) {
            boolean stranger = round % 3 == 0;
            if (stranger) Thread.currentThread().interrupt();
            InterruptScope scope = InterruptScope.open();
            interrupter.hand(scope);
            // alternately, so that both orders come about however the threads are scheduled
            if ((round & 1) == 0) interrupter.awaitTaken();
            spin(random);
            scope.close();
            boolean atClose = Thread.interrupted();
            interrupter.awaitDone();
            boolean later = Thread.interrupted();
            if (atClose != stranger || later)
                throw new AssertionError(
                        "seed %d, round %d: at close %s (expected: %s), later %s (expected: false)"
                                .formatted(seed, round, atClose, stranger, later));
        }
        stopInterrupters();
        assertThat(interrupter.raised).as("interrupt before close").isPositive();
        assertThat(interrupter.late).as("close before interrupt").isPositive();
    }

    @Test
    void nestedScopesLeaveNoFlagBehindWhicheverIsInterruptedFirst() {
        Interrupter ofOuter = start();
        Interrupter ofInner = start();
        for (int round = 0; round < ROUNDS; round++) {
            InterruptScope outer = InterruptScope.open();
            InterruptScope inner = InterruptScope.open();
            ofInner.hand(inner);
            ofOuter.hand(outer);
            ofOuter.awaitTaken();
            spin(random);
            inner.close();
            ofOuter.awaitDone();
            ofInner.awaitDone();
            outer.close();
            if (Thread.interrupted())
                throw new AssertionError(
                        "seed %d, round %d: flag left behind".formatted(seed, round));
        }
    }

    private Interrupter start() {
        Interrupter started = new Interrupter(random.nextLong());
        interrupters.add(started);
        started.start();
        return started;
    }

    private static void spin(SplittableRandom random) {
        for (int i = random.nextInt(100); i > 0; i--) Thread.onSpinWait();
    }
}
