package io.dropguard.connector;

import io.dropguard.kernel.TcpFacts;
import io.dropguard.monitor.PeerCondition;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bytes on one connection that are not acknowledged. Immutable.
 *
 * @param sinceNanos for how long that is so: since the peer last acknowledged anything or, if that
 *     was before, since they were first seen
 * @param unanswered whether the kernel had asked again in vain
 */
record Stall(long sinceNanos, boolean unanswered) {

    /** 2: one packet may be lost on the way. */
    private static final int UNANSWERED = 2;

    /**
     * @param before the same connection when last looked at
     * @param lastLookNanos when that was
     */
    static Stall of(TcpFacts facts, @Nullable Stall before, long now, long lastLookNanos) {
        long ack = now - TimeUnit.MILLISECONDS.toNanos(facts.sinceAckMillis());
        long known = before == null ? lastLookNanos : before.sinceNanos;
        return new Stall(ack - known > 0 ? ack : known, facts.attempts() >= UNANSWERED);
    }

    /**
     * Whether the peer has vanished. A live one that does not read answers probes, though seldom:
     * the kernel doubles the time between them. So one must have gone unanswered for a whole look.
     */
    boolean isOver(@Nullable Stall before, long now, long timeoutNanos) {
        return unanswered
                && before != null
                && before.unanswered
                && now - sinceNanos >= timeoutNanos;
    }

    PeerCondition condition(TcpFacts facts) {
        if (unanswered) return PeerCondition.SILENT;
        return facts.windowClosed() ? PeerCondition.NOT_READING : PeerCondition.RESPONSIVE;
    }
}
