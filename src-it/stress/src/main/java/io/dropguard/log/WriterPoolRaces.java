package io.dropguard.log;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Records are written at once, with writers that write one at a time. */
public final class WriterPoolRaces {
    private static final RecordWriter IDLE = new RecordWriter(LogConfig.DEFAULT);

    private WriterPoolRaces() {}

    /**
     * T1 and T2 take a writer, and one is idle: the first gets it, the other one that is made anew.
     */
    @JCStressTest
    @State
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "Two records are written into each other, or none is idle.")
    public static class TakeOrTake {
        private final WriterPool pool = new WriterPool(LogConfig.DEFAULT);

        public TakeOrTake() {
            pool.giveBack(IDLE);
        }

        @Actor
        public void one(ZZ_Result r) {
            r.r1 = pool.take() == IDLE;
        }

        @Actor
        public void other(ZZ_Result r) {
            r.r2 = pool.take() == IDLE;
        }
    }
}
