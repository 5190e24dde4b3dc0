package io.dropguard.cancel;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Executor;

/**
 * Decides, once, whether work ended or was cancelled; {@link #token()} is what the work sees.
 * Thread-safe.
 *
 * <p>Of any number of racing {@link #cancel} and {@link #complete} calls the first wins; the others
 * return false and change nothing.
 */
public final class CancellationSource {
    private final CancellationToken token;
    private volatile CancellationToken.Registration withParent = () -> {};

    /** A source whose callbacks run on the thread that cancels. */
    public CancellationSource() {
        this(Runnable::run);
    }

    /** A source whose callbacks run on {@code executor}. */
    public CancellationSource(Executor executor) {
        token = new CancellationToken(requireNonNull(executor, "executor"));
    }

    /**
     * A source for a part of other work: cancelled with it, for the same reason, and cancellable
     * alone. Call {@link #complete} when the part is done, so that the parent forgets it.
     */
    public static CancellationSource childOf(CancellationToken parent) {
        CancellationSource child = new CancellationSource(parent.executor());
        child.setDeadline(parent.deadline());
        child.withParent = parent.register(child::cancel, true);
        return child;
    }

    /** What the work asks and registers with. */
    public CancellationToken token() {
        return token;
    }

    /**
     * Cancels the work, unless it is over.
     *
     * @return whether this call decided
     */
    public boolean cancel(CancellationReason why) {
        return cancel(why, () -> {});
    }

    /**
     * As {@link #cancel(CancellationReason)}, and if this call decided, runs {@code urgent} on the
     * calling thread before any callback is told: interrupting a thread must not wait for them.
     */
    public boolean cancel(CancellationReason why, Runnable urgent) {
        try {
            return token.cancel(why, urgent);
        } finally { // also if what is urgent throws
            if (token.isCancelled()) withParent.close();
        }
    }

    /**
     * Says that the work is over; the token is never cancelled from here on.
     *
     * @return whether this call decided
     */
    public boolean complete() {
        boolean decided = token.complete();
        if (decided) withParent.close();
        return decided;
    }

    /**
     * Sets what {@link CancellationToken#deadline} tells. Whoever sets it sees to it that it is
     * kept.
     */
    public void setDeadline(Deadline deadline) {
        token.deadline(requireNonNull(deadline, "deadline"));
    }

    @Override
    public String toString() {
        return "CancellationSource[" + token + "]";
    }
}
