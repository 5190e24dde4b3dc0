package io.dropguard.connector;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.dropguard.monitor.ConnectionRegistry;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.TrackedConnection;
import io.dropguard.stress.NoSocket;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IZ_Result;

/** A write ends, while others end it too or are about to say that it is pending. */
public final class PendingWriteRaces {
    private static final NoSocket SOCKET = new NoSocket();
    private static final ConnectionRegistry REGISTRY =
            new ConnectionRegistry(MonitorConfig.DEFAULT);

    private PendingWriteRaces() {}

    /** Takes a callback and no byte, and ends no write by itself. */
    private static EndPoint full(Consumer<Callback> taken) {
        InvocationHandler write =
                (proxy, method, arguments) -> {
                    taken.accept((Callback) arguments[0]);
                    return null;
                };
        return (EndPoint)
                Proxy.newProxyInstance(
                        EndPoint.class.getClassLoader(), new Class<?>[] {EndPoint.class}, write);
    }

    /**
     * T1 says that a write has succeeded, T2 that it has failed: the first is passed on, once; the
     * other finds that there is no write any more.
     */
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "T1 was first.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "T2 was first.")
    @Outcome(expect = FORBIDDEN, desc = "Who wrote was told twice, or never.")
    public static class SucceedOrFail {
        private final PendingWrite pending = new PendingWrite(full(callback -> {}));
        private int succeeded; // confined to T1 until the end
        private int failed; // confined to T2 until the end

        public SucceedOrFail() {
            pending.write(
                    Callback.from(() -> succeeded++, failure -> failed++), ByteBuffer.allocate(1));
        }

        @Actor
        public void succeed() {
            pending.succeeded();
        }

        @Actor
        public void fail() {
            pending.failed(new IOException("reset"));
        }

        @Arbiter
        public void told(II_Result r) {
            r.r1 = succeeded;
            r.r2 = failed;
        }
    }

    /**
     * T1 writes and says that the write is pending, T2 ends it: if T1 is first, T2 says that it is
     * pending no more; if T2 is first, T1 looks again and says nothing, or takes it back. If T2
     * comes before the write has reached the socket, it pends.
     */
    @JCStressTest
    @State
    @Outcome(id = "1, false", expect = ACCEPTABLE, desc = "It has ended, and does not pend.")
    @Outcome(id = "0, true", expect = ACCEPTABLE, desc = "T2 came before it: it pends.")
    @Outcome(expect = FORBIDDEN, desc = "A write that has ended is said to pend, or was lost.")
    public static class PendOrEnd {
        private final PendingWrite pending = new PendingWrite(full(this::take));
        private final TrackedConnection connection = REGISTRY.track(SOCKET);
        private volatile @Nullable Callback taken; // by the socket
        private int succeeded; // confined to T2 until the end

        public PendOrEnd() {
            pending.tell(connection);
        }

        private void take(Callback callback) {
            taken = callback;
        }

        @Actor
        public void write() {
            pending.write(Callback.from(() -> succeeded++), ByteBuffer.allocate(1));
        }

        @Actor
        public void end() {
            Callback write = taken;
            if (write != null) write.succeeded();
        }

        @Arbiter
        public void isPending(IZ_Result r) {
            r.r1 = succeeded;
            r.r2 = connection.isWriting();
            connection.closed();
        }
    }
}
