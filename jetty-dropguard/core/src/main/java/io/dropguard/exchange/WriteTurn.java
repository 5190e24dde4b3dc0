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
 * write of the application's, the callback too, one for all of them. One object with the {@link
 * ResponseGate}. Guarded by itself, but for the end of the application's write, which only that
 * write can bring.
 */
abstract class WriteTurn implements Callback {
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

    @SuppressWarnings("NullAway.Init") // through HOLDER
    private volatile Holder holder;

    private @Nullable Deque<Runnable> waiting; // once somebody does

    // of the application's write; belong to whoever has its turn
    private @Nullable ByteBuffer content;
    private Callback written = NOOP;

    WriteTurn() {
        HOLDER.set(this, Holder.FREE);
    }

    private static VarHandle holder() {
        try {
            return MethodHandles.lookup().findVarHandle(WriteTurn.class, "holder", Holder.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    boolean isTurnFree() {
        return holder == Holder.FREE;
    }

    boolean isApplicationsTurn() {
        return holder == Holder.APPLICATION;
    }

    /** Whether a heartbeat, or what has waited for one, comes before whoever asks. */
    boolean isTurnTaken() {
        return holder == Holder.HEARTBEAT || holder == Holder.WAITING;
    }

    /** The application's bytes are to be written, and this is called back when they are. */
    void giveTurnToApplication(@Nullable ByteBuffer bytes, Callback callback) {
        content = bytes;
        written = callback;
        HOLDER.setRelease(this, Holder.APPLICATION); // others look under this, as we do
    }

    void giveTurnToHeartbeat() {
        holder = Holder.HEARTBEAT;
    }

    /** The heartbeat is written; false if nobody waited for that. */
    boolean heartbeatEnded() {
        holder = waiting == null || waiting.isEmpty() ? Holder.FREE : Holder.WAITING;
        return holder == Holder.WAITING;
    }

    /** Runs this in its turn: see {@link #nextInTurn}. */
    void awaitTurn(Runnable task) {
        if (waiting == null) waiting = new ArrayDeque<>(2);
        waiting.addLast(task);
    }

    /** What is to run now that a heartbeat is written; null when that was all. */
    @Nullable Runnable nextInTurn() {
        if (holder == Holder.HEARTBEAT) return null; // and what waits does so for its end
        Runnable task = waiting == null ? null : waiting.pollFirst();
        if (task == null && holder == Holder.WAITING) holder = Holder.FREE;
        return task;
    }

    // ---- the end of the application's write

    /** It is written, or has failed; the next one may follow once this returns. */
    abstract void applicationWrote();

    /**
     * A write has failed; called when the next one may follow.
     *
     * @param unsent whether not all of its bytes were taken
     */
    abstract void writeFailed(Throwable failure, boolean unsent);

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
        writeFailed(failure, unsent);
        told.failed(failure);
    }

    /** From here on the next write may take the place of this one. */
    private void end() {
        applicationWrote();
        // Released, and not more: every write comes by here. A heartbeat that sees it late is late.
        if (holder == Holder.APPLICATION) HOLDER.setRelease(this, Holder.FREE);
    }

    @Override
    public InvocationType getInvocationType() {
        return written.getInvocationType();
    }
}
