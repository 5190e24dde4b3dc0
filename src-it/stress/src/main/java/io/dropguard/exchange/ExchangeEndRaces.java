package io.dropguard.exchange;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LZZ_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Who may touch a channel that serves one exchange after the other. */
public final class ExchangeEndRaces {
    private ExchangeEndRaces() {}

    /**
     * T1 reaches for the channel, T2 ends the exchange and gives the channel to the next: if T1 is
     * first, T2 waits until it has done; if T2 is first, T1 gets nothing.
     */
    @JCStressTest
    @State
    @Outcome(id = "own, true, true", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "nothing, true, true", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "T1 touched the next one's channel, or the end was lost.")
    public static class ReachOrEnd {
        private final ExchangeEnd end = new ExchangeEnd();
        private volatile boolean next; // the channel serves another exchange

        @Actor
        public void reach(LZZ_Result r) {
            String reached = end.reach(this::touch);
            r.r1 = reached == null ? "nothing" : reached;
        }

        private String touch() {
            for (int looks = 0; looks < 3; looks++) if (next) return "another's";
            return "own";
        }

        @Actor
        public void end(LZZ_Result r) {
            r.r2 = end.end();
            next = true;
        }

        @Arbiter
        public void isOver(LZZ_Result r) {
            r.r3 = end.isOver();
        }
    }

    /**
     * T1 and T2 both end the exchange: the first is told that it did, the other that it did not.
     */
    @JCStressTest
    @State
    @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "false, true, true", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "Both ended it, or neither.")
    public static class EndOrEnd {
        private final ExchangeEnd end = new ExchangeEnd();

        @Actor
        public void one(ZZZ_Result r) {
            r.r1 = end.end();
        }

        @Actor
        public void other(ZZZ_Result r) {
            r.r2 = end.end();
        }

        @Arbiter
        public void isOver(ZZZ_Result r) {
            r.r3 = end.isOver();
        }
    }
}
