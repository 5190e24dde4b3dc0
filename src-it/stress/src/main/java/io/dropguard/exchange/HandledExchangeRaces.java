package io.dropguard.exchange;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.dropguard.stress.StartSignal;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.ZII_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** A thread handles an exchange, while others interrupt it or wait for it to leave. */
public final class HandledExchangeRaces {
    private static final int LOOKS = 8;

    private HandledExchangeRaces() {}

    /**
     * T1 leaves, T2 has something to be done afterwards: if T1 is first, T2 is told that there is
     * nobody to wait for, and nothing is done; if T2 is first, T1 does it, once, when it has left.
     */
    @JCStressTest
    @State
    @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "T1 was first, or has not come yet.")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "T2 was first: T1 has done it.")
    @Outcome(expect = FORBIDDEN, desc = "It was lost, done twice, or done before T1 had left.")
    public static class LeaveOrAfterwards {
        private final HandledExchange handling = new HandledExchange();
        private final StartSignal start = new StartSignal();
        private volatile @Nullable Thread entered;
        private int done; // confined to T1 until the end

        @Actor
        public void handle() {
            handling.enter();
            entered = Thread.currentThread();
            start.give();
            handling.leave();
        }

        @Actor
        public void afterwards(ZI_Result r) {
            start.await();
            r.r1 = handling.afterwards(this::task);
        }

        private void task() {
            // 100 is no outcome: another thread did it, or this one still handles the exchange
            boolean inTurn = Thread.currentThread() == entered && handling.thread() == null;
            done += inTurn ? 1 : 100;
        }

        @Arbiter
        public void done(ZI_Result r) {
            r.r2 = done;
        }
    }

    /**
     * T1, which handles the exchange, has something to be done afterwards, and so has T2: if T1 is
     * first, its own comes first; if T2 is first, that of T2 does. Neither takes the place of the
     * other.
     */
    @JCStressTest
    @State
    @Outcome(id = "false, 1, 0", expect = ACCEPTABLE, desc = "T2 found nobody: T1 did its own.")
    @Outcome(id = "true, 1, 2", expect = ACCEPTABLE, desc = "T1 was first: T1 did both in order.")
    @Outcome(id = "true, 2, 1", expect = ACCEPTABLE, desc = "T2 was first: T1 did both in order.")
    @Outcome(expect = FORBIDDEN, desc = "One of the two was lost, or done twice.")
    public static class AfterwardsOrAfterwards {
        private final HandledExchange handling = new HandledExchange();
        private final StartSignal start = new StartSignal();

        // confined to T1 until the end
        private int done;
        private int own;
        private int others;

        @Actor
        public void handle() {
            handling.enter();
            start.give();
            handling.afterwards(() -> own += ++done);
            handling.leave();
        }

        @Actor
        public void afterwards(ZII_Result r) {
            start.await();
            r.r1 = handling.afterwards(() -> others += ++done);
        }

        @Arbiter
        public void done(ZII_Result r) {
            r.r2 = own;
            r.r3 = others;
        }
    }

    /**
     * T1 leaves one exchange and handles the next, T2 interrupts the first: if T1 is first, T2 does
     * nothing and says so; if T2 is first, T1 is interrupted in that one, and only there.
     */
    @JCStressTest
    @State
    @Outcome(id = "false, false, false", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "false, true, false", expect = ACCEPTABLE, desc = "T2 was, after T1 had looked.")
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "T2 was, and T1 saw it.")
    @Outcome(expect = FORBIDDEN, desc = "The next exchange is interrupted, or nobody said it was.")
    public static class LeaveOrInterrupt {
        private final HandledExchange first = new HandledExchange();
        private final HandledExchange next = new HandledExchange();
        private final StartSignal start = new StartSignal();

        @Actor
        public void handle(ZZZ_Result r) {
            first.enter();
            start.give();
            for (int looks = 0; looks < LOOKS && !r.r1; looks++)
                r.r1 = Thread.currentThread().isInterrupted();
            first.leave();
            next.enter();
            r.r3 = Thread.interrupted();
            next.leave();
        }

        @Actor
        public void interrupt(ZZZ_Result r) {
            start.await();
            r.r2 = first.interrupt();
        }
    }

    /**
     * T1 and T2 both enter: the first handles the exchange until it leaves; the other does not, and
     * is told so when it leaves, unless it came after the first had left.
     */
    @JCStressTest
    @State
    @Outcome(id = "handled, passed", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "passed, handled", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(id = "handled, handled", expect = ACCEPTABLE, desc = "One came after the other.")
    @Outcome(expect = FORBIDDEN, desc = "Both handled it at a time, or neither did.")
    public static class EnterOrEnter {
        private final HandledExchange handling = new HandledExchange();

        @Actor
        public void one(LL_Result r) {
            r.r1 = handle();
        }

        @Actor
        public void other(LL_Result r) {
            r.r2 = handle();
        }

        private String handle() {
            handling.enter();
            boolean handles = handling.thread() == Thread.currentThread();
            boolean handledToTheEnd = handling.leave();
            if (handles != handledToTheEnd) return "robbed";
            return handles ? "handled" : "passed";
        }
    }
}
