package io.dropguard.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.dropguard.cancel.InterruptScope;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LZZ_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A thread opens and closes scopes, while another interrupts them. */
public final class InterruptScopeRaces {
    private static final int LOOKS = 8;

    private InterruptScopeRaces() {}

    /**
     * T1 closes its scope, T2 interrupts it: if T1 is first, T2 does nothing and says so; if T2 is
     * first, T1 is interrupted, and clears it whether it has looked or not.
     */
    @JCStressTest
    @State
    @Outcome(id = "false, false, false", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "false, true, false", expect = ACCEPTABLE, desc = "T2 was, after T1 had looked.")
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "T2 was, and T1 saw it.")
    @Outcome(
            expect = FORBIDDEN,
            desc = "An interrupt is left behind, or nobody says it was theirs.")
    public static class CloseOrInterrupt {
        private final StartSignal start = new StartSignal();
        private volatile @Nullable InterruptScope scope;

        @Actor
        public void work(ZZZ_Result r) {
            try (InterruptScope opened = InterruptScope.open()) {
                scope = opened;
                start.give();
                for (int looks = 0; looks < LOOKS && !r.r1; looks++)
                    r.r1 = Thread.currentThread().isInterrupted();
            }
            r.r3 = Thread.interrupted();
        }

        @Actor
        public void interrupt(ZZZ_Result r) {
            start.await();
            InterruptScope known = scope;
            r.r2 = known != null && known.interrupt();
        }
    }

    /**
     * As {@link CloseOrInterrupt}, on a thread that a stranger has interrupted before: whoever is
     * first, that interrupt is there when the scope is closed.
     */
    @JCStressTest
    @State
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "The stranger's interrupt is lost.")
    public static class StrangerCameBefore {
        private final StartSignal start = new StartSignal();
        private volatile @Nullable InterruptScope scope;

        @Actor
        public void work(ZZ_Result r) {
            Thread.currentThread().interrupt();
            try (InterruptScope opened = InterruptScope.open()) {
                scope = opened;
                start.give();
            }
            r.r2 = Thread.interrupted();
        }

        @Actor
        public void interrupt(ZZ_Result r) {
            start.await();
            InterruptScope known = scope;
            r.r1 = known != null && known.interrupt();
        }
    }

    /**
     * T1 closes an inner scope that was interrupted, T2 interrupts the outer one: if T1 is first,
     * it clears the flag and T2 sets it anew; if T2 is first, T1 leaves the flag to the outer
     * scope. Once T2 has said so, the flag is set until the outer scope is closed.
     */
    @JCStressTest
    @State
    @Outcome(id = "quiet, false, false", expect = ACCEPTABLE, desc = "T2 came after the end.")
    @Outcome(id = "quiet, true, false", expect = ACCEPTABLE, desc = "T2 came after T1 had looked.")
    @Outcome(id = "kept, true, false", expect = ACCEPTABLE, desc = "T1 saw the interrupt of T2.")
    @Outcome(expect = FORBIDDEN, desc = "One scope took the other's interrupt, or left its own.")
    public static class CloseInnerOrInterruptOuter {
        private final StartSignal start = new StartSignal();
        private volatile @Nullable InterruptScope scope;
        private volatile boolean raised;

        @Actor
        public void work(LZZ_Result r) {
            try (InterruptScope outer = InterruptScope.open()) {
                try (InterruptScope inner = InterruptScope.open()) {
                    inner.interrupt();
                    scope = outer;
                    start.give();
                }
                boolean expected = raised; // asked first
                if (Thread.currentThread().isInterrupted()) r.r1 = "kept";
                else r.r1 = expected ? "lost" : "quiet";
            }
            r.r3 = Thread.interrupted();
        }

        @Actor
        public void interrupt(LZZ_Result r) {
            start.await();
            InterruptScope known = scope;
            if (known == null || !known.interrupt()) return;
            raised = true;
            r.r2 = true;
        }
    }
}
