package io.dropguard.monitor;

import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a connection serves now: one with HTTP/1, any number with HTTP/2. Thread-safe.
 */
final class CurrentRequests {
    private static final AtomicReferenceFieldUpdater<CurrentRequests, @Nullable MonitoredExchange>
            ONE =
                    AtomicReferenceFieldUpdater.newUpdater(
                            CurrentRequests.class, MonitoredExchange.class, "one");

    private volatile @Nullable MonitoredExchange one; // of HTTP/1; written through ONE
    private volatile boolean readingBody; // of that one
    private volatile @Nullable SharedStreams streams; // of HTTP/2; written under this

    /** The caller passes a fence before he looks at anything else. */
    void begin(MonitoredExchange begun) {
        if (readingBody) readingBody = false; // volatile writes are dear, and reads are not
        ONE.lazySet(this, begun);
    }

    void join(MonitoredExchange begun) {
        SharedStreams existing = streams;
        if (existing == null) {
            synchronized (this) {
                existing = streams;
                if (existing == null) streams = existing = new SharedStreams();
            }
        }
        existing.add(begun);
    }

    /** Whether it was one of them; as {@link #begin}. */
    boolean end(MonitoredExchange ended) {
        SharedStreams all = streams;
        if (all != null) return all.remove(ended);
        if (one != ended) return false;
        ONE.lazySet(this, null);
        return true;
    }

    /**
     * One of them waits, or does so no more.
     *
     * @return whether that is news
     */
    boolean waits(MonitoredExchange exchange, ConnectionPhase phase, boolean waits) {
        SharedStreams all = streams;
        if (all != null) return waits ? all.set(exchange, phase) : all.unset(exchange, phase);
        // a socket of HTTP/1 tells itself that it takes no more
        if (phase != ConnectionPhase.READING_BODY || readingBody == waits) return false;
        readingBody = waits;
        return true;
    }

    ConnectionPhase phase() {
        SharedStreams all = streams;
        if (all != null) return all.phase();
        if (one == null) return ConnectionPhase.IDLE;
        return readingBody ? ConnectionPhase.READING_BODY : ConnectionPhase.COMPUTING;
    }

    boolean areShared() {
        return streams != null;
    }

    int count() {
        SharedStreams all = streams;
        return all == null ? (one == null ? 0 : 1) : all.count();
    }

    /** Null if there is none. */
    @Nullable MonitoredExchange oldest() {
        SharedStreams all = streams;
        return all == null ? one : all.oldest();
    }

    List<MonitoredExchange> all() {
        SharedStreams all = streams;
        if (all != null) return all.all();
        MonitoredExchange only = one;
        return only == null ? List.of() : List.of(only);
    }
}
