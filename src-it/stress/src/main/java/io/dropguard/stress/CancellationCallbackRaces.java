package io.dropguard.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.CancellationToken;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Who is told that work is cancelled, while it is being cancelled. */
public final class CancellationCallbackRaces {
    private static final int LOOKS = 8;

    private CancellationCallbackRaces() {}

    /**
     * T1 registers a callback, T2 cancels: if T1 is first, T2 calls it; if T2 is first, T1 calls it
     * at once. One of them does.
     */
    @JCStressTest
    @State
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "T1 was first: T2 found the callback.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "T2 was first: T1 is told at once.")
    @Outcome(expect = FORBIDDEN, desc = "The callback was told never, or twice.")
    public static class RegisterOrCancel {
        private final CancellationSource source = new CancellationSource();
        private int byRegistering; // confined to T1 until the end
        private int byCancelling; // confined to T2 until the end

        @Actor
        public void register() {
            Thread registering = Thread.currentThread();
            source.token().onCancelled(why -> count(registering));
        }

        @Actor
        public void cancel() {
            source.cancel(CancellationSourceRaces.STOPPING);
        }

        private void count(Thread registering) {
            if (Thread.currentThread() == registering) byRegistering++;
            else byCancelling++;
        }

        @Arbiter
        public void told(II_Result r) {
            r.r1 = byRegistering;
            r.r2 = byCancelling;
        }
    }

    /**
     * T1 withdraws the second of three callbacks, T2 cancels: if T1 is first, it is never told; if
     * T2 is first, it is told once, and T1 does not wait for that. The two beside it are told in
     * any case.
     */
    @JCStressTest
    @State
    @Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "T1 was first: it is never told.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "T2 was first: it is told once.")
    @Outcome(expect = FORBIDDEN, desc = "It was told twice, or one beside it was not told once.")
    public static class WithdrawOrCancel {
        private final CancellationSource source = new CancellationSource();
        private final CancellationToken.Registration second;
        private final StartSignal start = new StartSignal();

        // confined to T2 until the end
        private int told;
        private int others;

        public WithdrawOrCancel() {
            source.token().onCancelled(why -> others++);
            second = source.token().onCancelled(why -> told++);
            source.token().onCancelled(why -> others++);
        }

        @Actor
        public void withdraw() {
            start.await(); // withdrawing takes less time
            second.close();
        }

        @Actor
        public void cancel() {
            start.give();
            source.cancel(CancellationSourceRaces.STOPPING);
        }

        @Arbiter
        public void told(II_Result r) {
            r.r1 = told;
            r.r2 = others;
        }
    }

    /**
     * T1 runs a wrapped task, T2 cancels: if T1 is first, its thread is interrupted while the task
     * runs, or not at all if the task has ended before; if T2 is first, the task is not begun. No
     * interrupt is left behind.
     */
    @JCStressTest
    @State
    @Outcome(id = "false, false, false", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(id = "true, false, false", expect = ACCEPTABLE, desc = "T1 did not see an interrupt.")
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "T1 saw the interrupt.")
    @Outcome(expect = FORBIDDEN, desc = "An interrupt is left behind on the thread.")
    public static class RunWrappedOrCancel {
        private final CancellationSource source = new CancellationSource();
        private final StartSignal start = new StartSignal();

        @Actor
        public void run(ZZZ_Result r) {
            Runnable task =
                    () -> {
                        r.r1 = true;
                        for (int looks = 0; looks < LOOKS && !r.r2; looks++)
                            r.r2 = Thread.currentThread().isInterrupted();
                    };
            Runnable wrapped = source.token().wrap(task);
            start.give();
            wrapped.run();
            r.r3 = Thread.interrupted();
        }

        @Actor
        public void cancel() {
            start.await();
            source.cancel(CancellationSourceRaces.STOPPING);
        }
    }
}
