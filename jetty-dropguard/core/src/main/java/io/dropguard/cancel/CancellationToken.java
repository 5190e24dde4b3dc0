package io.dropguard.cancel;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The read side of a {@link CancellationSource}: asks or is told that the work is in vain.
 * Thread-safe.
 *
 * <pre>{@code
 * while (!token.isCancelled()) step();                    // a loop that asks
 * token.onCancelled(reason -> statement.cancel());        // a resource that is told
 * pool.submit(token.wrap(() -> compute()));               // a thread that is interrupted
 * }</pre>
 */
public final class CancellationToken {
    //  OPEN ──cancel(reason)──▶ CANCELLED          OPEN ──complete()──▶ COMPLETED
    //  Whoever takes the lock first decides; the other does nothing.
    private static final CancellationToken NONE = new CancellationToken(Runnable::run);

    private final Executor executor;
    private volatile @Nullable CancellationReason reason; // written under this
    private volatile Deadline deadline = Deadline.never();
    private boolean completed; // guarded by this
    private @Nullable CancellationCallback first; // guarded by this
    private @Nullable CancellationCallback last; // guarded by this

    CancellationToken(Executor executor) {
        this.executor = executor;
    }

    /** A token that is never cancelled. */
    public static CancellationToken none() {
        return NONE;
    }

    /** Whether the work is in vain. One volatile read: cheap enough for a tight loop. */
    public boolean isCancelled() {
        return reason != null;
    }

    /** The first reason that was given, or empty while there is none. */
    public Optional<CancellationReason> reason() {
        return Optional.ofNullable(reason);
    }

    /** By when the work must have ended, to tell those who are asked to do a part of it. */
    public Deadline deadline() {
        return deadline;
    }

    void deadline(Deadline moved) {
        deadline = moved;
    }

    /**
     * Returns if the work is still wanted.
     *
     * @throws CancellationException if it is not; its message is the reason's
     */
    public void throwIfCancelled() {
        CancellationReason why = reason;
        if (why != null) throw cancellation(why);
    }

    /**
     * Has {@code callback} called once when this token is cancelled; at once, by this thread, if it
     * already is; never, if the work completed first. A guarded server calls it on a thread of its
     * own, one callback after the other in the order they registered. What the callback throws is
     * logged and stops nothing.
     *
     * @return closes to withdraw the callback
     */
    public Registration onCancelled(Consumer<? super CancellationReason> callback) {
        return register(requireNonNull(callback, "callback"), false);
    }

    /**
     * Cancels {@code future} (with interrupt) when this token is cancelled.
     *
     * @return the same future
     */
    public <F extends Future<?>> F link(F future) {
        Registration registration = onCancelled(why -> future.cancel(true));
        if (future instanceof CompletableFuture<?> completable)
            forgetWhenDone(completable, registration);
        return future;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // of the stage that follows: closing cannot fail
    private static void forgetWhenDone(CompletableFuture<?> future, Registration registration) {
        future.whenComplete((result, failure) -> registration.close());
    }

    /**
     * The same task, which is not begun once this token is cancelled, and whose thread is
     * interrupted when it is cancelled meanwhile.
     */
    public <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
        requireNonNull(task, "task");
        return () -> {
            throwIfCancelled();
            try (InterruptScope scope = InterruptScope.open();
                    Registration registration = register(why -> scope.interrupt(), true)) {
                return task.call();
            }
        };
    }

    /** As {@link #wrap(Callable)}; once this token is cancelled, running it does nothing. */
    public Runnable wrap(Runnable task) {
        requireNonNull(task, "task");
        return () -> {
            if (isCancelled()) return;
            try (InterruptScope scope = InterruptScope.open();
                    Registration registration = register(why -> scope.interrupt(), true)) {
                task.run();
            }
        };
    }

    /** The same executor, each of whose tasks is wrapped as by {@link #wrap(Runnable)}. */
    public Executor wrap(Executor delegate) {
        requireNonNull(delegate, "delegate");
        return task -> delegate.execute(wrap(task));
    }

    /**
     * @param inline run by the thread that cancels, which may be a selector: for our own callbacks
     *     that cannot block
     */
    Registration register(Consumer<? super CancellationReason> callback, boolean inline) {
        if (this == NONE) return () -> {};
        CancellationCallback added = new CancellationCallback(this, callback, inline);
        CancellationReason why;
        synchronized (this) {
            why = reason;
            if (why == null && !completed) append(added);
        }
        if (why != null) added.run(why);
        return added;
    }

    Executor executor() {
        return executor;
    }

    boolean cancel(CancellationReason why, Runnable urgent) {
        requireNonNull(why, "why");
        requireNonNull(urgent, "urgent");
        CancellationCallback callbacks;
        synchronized (this) {
            if (completed || reason != null) return false;
            reason = why;
            callbacks = detach();
        }
        try {
            urgent.run();
        } finally { // if it throws, the others hear all the same
            tell(callbacks, why);
        }
        return true;
    }

    private void tell(@Nullable CancellationCallback callbacks, CancellationReason why) {
        boolean others = false;
        for (CancellationCallback c = callbacks; c != null; c = c.next)
            if (c.inline) c.run(why);
            else others = true;
        if (others && callbacks != null) runOnExecutor(callbacks, why);
    }

    private void runOnExecutor(CancellationCallback callbacks, CancellationReason why) {
        Runnable task =
                () -> {
                    for (CancellationCallback c = callbacks; c != null; c = c.next)
                        if (!c.inline) c.run(why);
                };
        try {
            executor.execute(task);
        } catch (RuntimeException rejected) { // the pool is stopping: late is worse than here
            task.run();
        }
    }

    boolean complete() {
        synchronized (this) {
            if (completed || reason != null) return false;
            completed = true;
            detach();
            return true;
        }
    }

    synchronized void remove(CancellationCallback callback) {
        if (!callback.listed) return;
        callback.listed = false;
        CancellationCallback before = callback.previous;
        CancellationCallback after = callback.next;
        if (before == null) first = after;
        else before.next = after;
        if (after == null) last = before;
        else after.previous = before;
        // whoever still holds this registration must not retain those that came later
        callback.previous = null;
        callback.next = null;
    }

    // guarded by this
    private void append(CancellationCallback callback) {
        callback.listed = true;
        callback.previous = last;
        if (last == null) first = callback;
        else last.next = callback;
        last = callback;
    }

    // guarded by this; from here on the list is read without it, so nobody may unlink from it
    private @Nullable CancellationCallback detach() {
        CancellationCallback callbacks = first;
        for (CancellationCallback c = callbacks; c != null; c = c.next) c.listed = false;
        first = null;
        last = null;
        return callbacks;
    }

    private static CancellationException cancellation(CancellationReason why) {
        CancellationException exception = new CancellationException(why.describe());
        if (why instanceof ClientLoss loss && loss.failure() != null)
            exception.initCause(loss.failure());
        return exception;
    }

    @Override
    public String toString() {
        CancellationReason why = reason;
        if (why != null) return "CancellationToken[" + why.describe() + "]";
        synchronized (this) {
            return completed ? "CancellationToken[completed]" : "CancellationToken[open]";
        }
    }

    /** Withdraws a callback. Thread-safe. */
    public interface Registration extends AutoCloseable {
        /**
         * From here on the callback is not begun; one that runs now is not waited for. Idempotent.
         */
        @Override
        void close();
    }
}
