package io.dropguard.exchange;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Whose write is on its way, as Jetty takes one at a time, and what has to wait for its end; for a
 * write of the application's, the callback too, one for all of them. Guarded by its {@link
 * ResponseGate}, but for the end of the application's write, which only that write can bring.
 */
final class WriteTurn implements Callback {
    //  FREE ──▶ APPLICATION ──▶ FREE
    //  FREE ──▶ HEARTBEAT ──▶ FREE           nobody waited
    //             └──▶ WAITING ──▶ FREE      what waited runs, one after the other; a write of the
    //                     └──▶ APPLICATION   application's among it keeps the turn
    private enum Holder {
        FREE,
        APPLICATION,
        HEARTBEAT,
        WAITING
    }

    private static final VarHandle HOLDER = holder();

    private final ResponseGate gate;

    @SuppressWarnings("NullAway.Init") // through HOLDER
    private volatile Holder holder;

    private @Nullable Deque<Runnable> waiting; // once somebody does

    // of the application's write; belong to whoever has its turn
    private @Nullable ByteBuffer content;
    private Callback written = NOOP;

    WriteTurn(ResponseGate gate) {
        this.gate = gate;
        HOLDER.set(this, Holder.FREE);
    }

    private static VarHandle holder() {
        try {
            return MethodHandles.lookup().findVarHandle(WriteTurn.class, "holder", Holder.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    boolean isFree() {
        return holder == Holder.FREE;
    }

    boolean isApplications() {
        return holder == Holder.APPLICATION;
    }

    /** Whether a heartbeat, or what has waited for one, comes before whoever asks. */
    boolean isTaken() {
        return holder == Holder.HEARTBEAT || holder == Holder.WAITING;
    }

    /** The application's bytes are to be written, and this is called back when they are. */
    void giveToApplication(@Nullable ByteBuffer bytes, Callback callback) {
        content = bytes;
        written = callback;
        HOLDER.setRelease(this, Holder.APPLICATION); // others look under the gate, as we do
    }

    void giveToHeartbeat() {
        holder = Holder.HEARTBEAT;
    }

    /** The heartbeat is written; false if nobody waited for that. */
    boolean heartbeatEnded() {
        holder = waiting == null || waiting.isEmpty() ? Holder.FREE : Holder.WAITING;
        return holder == Holder.WAITING;
    }

    /** Runs this in its turn: see {@link #next}. */
    void await(Runnable task) {
        if (waiting == null) waiting = new ArrayDeque<>(2);
        waiting.addLast(task);
    }

    /** What is to run now that a heartbeat is written; null when that was all. */
    @Nullable Runnable next() {
        if (holder == Holder.HEARTBEAT) return null; // and what waits does so for its end
        Runnable task = waiting == null ? null : waiting.pollFirst();
        if (task == null && holder == Holder.WAITING) holder = Holder.FREE;
        return task;
    }

    // ---- the end of the application's write

    @Override
    public void succeeded() {
        Callback told = written;
        end();
        told.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
        Callback told = written;
        boolean unsent = BufferUtil.hasContent(content);
        end();
        gate.writeFailed(failure, unsent);
        told.failed(failure);
    }

    /** From here on the next write may take the place of this one. */
    private void end() {
        gate.applicationWrote();
        // Released, and not more: every write comes by here. A heartbeat that sees it late is late.
        if (holder == Holder.APPLICATION) HOLDER.setRelease(this, Holder.FREE);
    }

    @Override
    public InvocationType getInvocationType() {
        return written.getInvocationType();
    }
}
