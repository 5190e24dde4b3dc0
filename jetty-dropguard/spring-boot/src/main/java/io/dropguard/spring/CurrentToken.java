package io.dropguard.spring;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.CancellationToken;
import org.jspecify.annotations.Nullable;

/**
 * The token of the request that the calling thread works for. Thread-safe.
 *
 * <p>It is there on the thread that handles a request, and on those that work for it: in tasks that
 * Boot's task executor runs ({@code @Async}, {@code Callable}), and wherever Micrometer's context
 * propagation takes it.
 */
public final class CurrentToken {
    private static final ThreadLocal<@Nullable CancellationToken> CURRENT = new ThreadLocal<>();

    private CurrentToken() {}

    /** The token, or {@link CancellationToken#none()} on a thread that works for no request. */
    public static CancellationToken get() {
        CancellationToken token = CURRENT.get();
        return token == null ? CancellationToken.none() : token;
    }

    static @Nullable CancellationToken find() {
        return CURRENT.get();
    }

    static void set(@Nullable CancellationToken token) {
        if (token == null) CURRENT.remove();
        else CURRENT.set(token);
    }

    /**
     * Has {@link #get} tell {@code token} to the calling thread until the scope is closed, for
     * executors that do it for nobody.
     *
     * @return closes, on the same thread, to tell it what it was told before
     */
    public static Scope open(CancellationToken token) {
        CancellationToken outer = CURRENT.get();
        CURRENT.set(requireNonNull(token, "token"));
        return () -> set(outer);
    }

    /**
     * Runs what must be done though the client leaves: tasks that it begins are not cancelled with
     * the request, though {@code work} itself is interrupted with the thread it runs on.
     *
     * <pre>{@code
     * CurrentToken.runDetached(() -> auditService.recordAsync(order)); // an @Async method
     * }</pre>
     */
    public static void runDetached(Runnable work) {
        CancellationToken outer = CURRENT.get();
        CURRENT.remove();
        try {
            work.run();
        } finally {
            set(outer);
        }
    }

    /** Ends what {@link #open} has begun. Confined to the thread that opened it. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
