package io.dropguard.monitor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.dropguard.stress.NoSocket;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/** A connection moves on, while the monitor decides that it is stuck. */
public final class PhaseStateRaces {
    private static final MonitoredSocket SOCKET = new NoSocket();

    private PhaseStateRaces() {}

    /**
     * T1, the connection, begins a request; T2, the monitor, has found it idle for too long and
     * ends it: if T1 is first, T2 has looked at what is past and ends nothing; if T2 is first, T1
     * is told that nobody is to answer.
     */
    @JCStressTest
    @State
    @Outcome(id = "true, false, COMPUTING", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "false, true, ended", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "A request is answered on a connection that is shut down.")
    public static class EnterOrEnd {
        private final PhaseState state = new PhaseState(() -> 0, SOCKET, ConnectionPhase.IDLE);
        private final long idle = state.epoch();

        @Actor
        public void enter(ZZL_Result r) {
            r.r1 = state.enter(ConnectionPhase.COMPUTING);
        }

        @Actor
        public void end(ZZL_Result r) {
            r.r2 = state.end(idle);
        }

        @Arbiter
        public void isNow(ZZL_Result r) {
            r.r3 = state.isEnded() ? "ended" : state.phase().name();
        }
    }
}
