package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the requests that were sent on idle connections just when we closed them, and says what to
 * do about it. Thread-safe.
 */
public final class LostRaces {
    private static final Logger LOG = LoggerFactory.getLogger(LostRaces.class);

    /** 1 s: whoever provokes lost races must not fill the disk. */
    private static final long QUIET_NANOS = Duration.ofSeconds(1).toNanos();

    /** 5: type, version and length begin a TLS record. */
    private static final int TLS_HEADER = 5;

    /**
     * 40: encrypted, a request's first line and {@code Host} take more, and a goodbye or a key
     * update less, also where it is padded, as the JDK does.
     */
    private static final int SMALLEST_REQUEST = 40;

    private static final byte TLS_APPLICATION_DATA = 23;

    private final Ticker ticker;
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong lastLogged; // nanoseconds

    public LostRaces() {
        this(Ticker.system());
    }

    LostRaces(Ticker ticker) {
        this.ticker = ticker;
        this.lastLogged = new AtomicLong(ticker.nanoTime() - QUIET_NANOS);
    }

    /** How many there were. */
    public long count() {
        return count.get();
    }

    /** Whether what a client has sent is a request, or the beginning of one; not its goodbye. */
    static boolean isRequest(ByteBuffer bytes, boolean secure) {
        if (!secure) return bytes.hasRemaining();
        int at = bytes.position();
        while (bytes.limit() - at >= TLS_HEADER) {
            int length = bytes.getShort(at + 3) & 0xffff;
            if (bytes.get(at) == TLS_APPLICATION_DATA && length >= SMALLEST_REQUEST) return true;
            at += TLS_HEADER + length; // since TLS 1.3 a goodbye looks like data, and is short
        }
        return false;
    }

    void lost(SocketAddress peer, long idleMillis, long lateNanos) {
        long total = count.incrementAndGet();
        String late = Duration.ofNanos(lateNanos).toMillis() + " ms";
        long now = ticker.nanoTime();
        long last = lastLogged.get();
        if (now - last < QUIET_NANOS || !lastLogged.compareAndSet(last, now)) {
            LOG.debug("Lost race {} with {}, by {}", total, peer, late);
            return;
        }
        LOG.warn(
                "Lost race {}: {} sent a request {} after its connection was closed here, idle for"
                        + " {} ms. A client that cannot repeat it fails; a proxy answers 502. Raise"
                        + " this server's idle timeout above the time that the peer keeps idle"
                        + " connections (behind-proxy does), or lower the peer's below {} ms.",
                total,
                peer,
                late,
                idleMillis,
                idleMillis);
    }
}
