package io.dropguard.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Those that want to hear that the exchange failed, in Jetty's own way: through them a loss reaches
 * {@code AsyncListener.onError}, reactive types and whatever else listens. Thread-safe.
 *
 * <p>Jetty tells its listeners at once and once. A servlet that has called {@code startAsync()} but
 * not yet returned only logs what it is told then, so Jetty knows but one listener, ours, and the
 * others are told when the handling thread has left.
 */
final class FailureListeners {
    private static final Logger LOG = LoggerFactory.getLogger(FailureListeners.class);

    /** ee10, ee11: it registers once per request, though each async cycle wants to hear. */
    private static final String SERVLET_STATE = ".servlet.ServletChannelState";

    /** Frames from the servlet's state to here, with Jetty's wrappers of requests between. */
    private static final int NEAR = 16;

    private final Request request;
    private final Consumer<Throwable> onFailure;
    private @Nullable List<Consumer<Throwable>> listeners; // guarded by this: to be told once
    private @Nullable Consumer<Throwable> servlet; // guarded by this: to be told for every cycle
    private boolean registered; // guarded by this
    private @Nullable Throwable last; // guarded by this: what they were told last
    private volatile @Nullable Thread telling;

    FailureListeners(Request request, Consumer<Throwable> onFailure) {
        this.request = request;
        this.onFailure = onFailure;
    }

    void add(Consumer<Throwable> listener) {
        boolean ofServlet = isServletRegistering();
        synchronized (this) {
            if (ofServlet) servlet = listener;
            else {
                if (listeners == null) listeners = new ArrayList<>(2);
                listeners.add(listener);
            }
        }
        register();
    }

    /** Has Jetty tell us. */
    void register() {
        synchronized (this) {
            if (registered) return;
            registered = true;
        }
        request.addFailureListener(onFailure);
    }

    synchronized boolean isEmpty() {
        return listeners == null && servlet == null;
    }

    synchronized boolean hasServlet() {
        return servlet != null;
    }

    /** As {@link #tell}, unless they were told of this very failure. */
    void tellUnlessTold(Throwable failure) {
        synchronized (this) {
            if (last == failure) return;
        }
        tell(failure);
    }

    /** Tells each listener once; a servlet's once for every async cycle. */
    void tell(Throwable failure) {
        List<Consumer<Throwable>> told;
        synchronized (this) {
            last = failure;
            told = listeners == null ? new ArrayList<>(1) : listeners;
            listeners = null;
            if (servlet != null) told.add(servlet);
        }
        Thread outer = telling;
        telling = Thread.currentThread();
        try {
            for (Consumer<Throwable> listener : told) tell(listener, failure);
        } finally {
            telling = outer;
        }
    }

    /**
     * Whether the calling thread is telling listeners right now, so that what it runs is theirs.
     */
    boolean isTelling() {
        return telling == Thread.currentThread();
    }

    private static void tell(Consumer<Throwable> listener, Throwable failure) {
        try {
            listener.accept(failure);
        } catch (Throwable thrown) {
            LOG.warn("A failure listener threw; the others still hear", thrown);
        }
    }

    /** Told by who is calling: Jetty has wrapped the listener itself beyond recognition. */
    private static boolean isServletRegistering() {
        return StackWalker.getInstance()
                .walk(
                        frames ->
                                frames.limit(NEAR)
                                        .anyMatch(
                                                frame ->
                                                        frame.getClassName()
                                                                .endsWith(SERVLET_STATE)));
    }
}
