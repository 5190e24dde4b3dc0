package io.dropguard.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.Cancelled;
import io.dropguard.cancel.ServerStopping;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;
import org.openjdk.jcstress.infra.results.ZZL_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Of those who end or cancel work, or the work that it is a part of, the first decides. */
public final class CancellationSourceRaces {
    static final CancellationReason STOPPING = new ServerStopping();
    static final CancellationReason BY_HAND = new Cancelled("by hand");

    private CancellationSourceRaces() {}

    private static String reason(CancellationSource source) {
        return source.token()
                .reason()
                .map(reason -> reason == STOPPING ? "stopping" : "by hand")
                .orElse("none");
    }

    /**
     * T1 cancels for one reason, T2 for another: if T1 is first, T2 is told that it did not decide;
     * if T2 is first, T1 is. The reason is that of the one that decided.
     */
    @JCStressTest
    @State
    @Outcome(id = "true, false, stopping", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "false, true, by hand", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "Both decided, or neither, or the loser's reason stays.")
    public static class FirstReasonWins {
        private final CancellationSource source = new CancellationSource();

        @Actor
        public void stop(ZZL_Result r) {
            r.r1 = source.cancel(STOPPING);
        }

        @Actor
        public void byHand(ZZL_Result r) {
            r.r2 = source.cancel(BY_HAND);
        }

        @Arbiter
        public void reasonIs(ZZL_Result r) {
            r.r3 = reason(source);
        }
    }

    /**
     * T1 completes the work, T2 cancels it: if T1 is first, the token is never cancelled and its
     * callback is never told; if T2 is first, it is cancelled and its callback is told once.
     */
    @JCStressTest
    @State
    @Outcome(id = "true, false, 0", expect = ACCEPTABLE, desc = "T1 was first: nobody is told.")
    @Outcome(id = "false, true, 1", expect = ACCEPTABLE, desc = "T2 was first: it is told once.")
    @Outcome(expect = FORBIDDEN, desc = "The work both ended and was cancelled, or neither.")
    public static class CompleteOrCancel {
        private final CancellationSource source = new CancellationSource();
        private int told; // by the one thread that cancels

        public CompleteOrCancel() {
            source.token().onCancelled(why -> told++);
        }

        @Actor
        public void complete(ZZI_Result r) {
            r.r1 = source.complete();
        }

        @Actor
        public void cancel(ZZI_Result r) {
            r.r2 = source.cancel(STOPPING);
        }

        @Arbiter
        public void wasTold(ZZI_Result r) {
            // -1 is no outcome: the token says something else than its callback was told
            r.r3 = source.token().isCancelled() == told > 0 ? told : -1;
        }
    }

    /**
     * T1 makes a part of work that T2 cancels: if T1 is first, the part is cancelled with the
     * whole; if T2 is first, it is cancelled when it is made.
     */
    @JCStressTest
    @State
    @Outcome(id = "false, true, stopping", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "true, true, stopping", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "The part goes on without the whole.")
    public static class ChildIsMadeOrParentCancelled {
        private final CancellationSource parent = new CancellationSource();
        private CancellationSource child = parent; // until it is made

        @Actor
        public void make(ZZL_Result r) {
            CancellationSource made = CancellationSource.childOf(parent.token());
            r.r1 = made.token().isCancelled();
            child = made;
        }

        @Actor
        public void cancel(ZZL_Result r) {
            r.r2 = parent.cancel(STOPPING);
        }

        @Arbiter
        public void reasonIs(ZZL_Result r) {
            r.r3 = reason(child);
        }
    }

    /**
     * T1 completes a part of work, T2 cancels the whole: if T1 is first, the part is never
     * cancelled; if T2 is first, it is. The whole is cancelled in any case.
     */
    @JCStressTest
    @State
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "T1 was first: the part ended.")
    @Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "T2 was first: it is cancelled.")
    @Outcome(expect = FORBIDDEN, desc = "The part both ended and was cancelled, or neither.")
    public static class ChildCompletesOrParentCancelled {
        private final CancellationSource parent = new CancellationSource();
        private final CancellationSource child = CancellationSource.childOf(parent.token());

        @Actor
        public void complete(ZZZ_Result r) {
            r.r1 = child.complete();
        }

        @Actor
        public void cancel(ZZZ_Result r) {
            r.r2 = parent.cancel(STOPPING);
        }

        @Arbiter
        public void isCancelled(ZZZ_Result r) {
            r.r3 = child.token().isCancelled();
        }
    }

    /**
     * T1 cancels a part of work alone, T2 the whole: if T1 is first, the part keeps its own reason;
     * if T2 is first, it has that of the whole, and T1 is told that it did not decide.
     */
    @JCStressTest
    @State
    @Outcome(id = "true, true, by hand", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "false, true, stopping", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "The part's reason is not that of the first.")
    public static class ChildOrParentCancelled {
        private final CancellationSource parent = new CancellationSource();
        private final CancellationSource child = CancellationSource.childOf(parent.token());

        @Actor
        public void part(ZZL_Result r) {
            r.r1 = child.cancel(BY_HAND);
        }

        @Actor
        public void whole(ZZL_Result r) {
            r.r2 = parent.cancel(STOPPING);
        }

        @Arbiter
        public void reasonIs(ZZL_Result r) {
            r.r3 = reason(child);
        }
    }
}
