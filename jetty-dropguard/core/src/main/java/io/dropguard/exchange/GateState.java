package io.dropguard.exchange;

import org.jspecify.annotations.Nullable;

/**
 * Who has the response, and how far it is: what a {@link ResponseGate} decides by. One object with
 * it, for every request has one. Guarded by itself, but for what may be read without: {@link
 * #isFrozen()} and {@link #refusal()}.
 */
abstract class GateState extends WriteTurn {
    //  NOBODY ──application writes──▶ APPLICATION ──deadline──▶ BROKEN
    //    └─────────deadline──▶ GUARD
    private enum Owner {
        NOBODY,
        APPLICATION,
        GUARD,
        BROKEN
    }

    // all written under this; what is not volatile is read under it too
    private Owner owner = Owner.NOBODY;
    private volatile boolean frozen; // a heartbeat or the guard has fixed status and headers
    private volatile boolean writeWaits; // the application's bytes wait for a heartbeat
    private boolean lastGiven; // the application has handed down its last bytes
    private boolean ending; // the application has answered or failed, and it or we will say so
    private volatile @Nullable DeadlineExpiredException refusal; // of what is written too late

    // ---- the head

    /** Whether status and headers are fixed, though Jetty may not have sent them yet. */
    boolean isFrozen() {
        return frozen || writeWaits;
    }

    /** Whether a heartbeat fixed them, and the application still writes the rest. */
    synchronized boolean isBegun() {
        return frozen && refusal == null;
    }

    /** A heartbeat, or the guard, commits status and headers. */
    void freeze() {
        frozen = true;
    }

    // ---- the application's bytes

    boolean isUnclaimed() {
        return owner == Owner.NOBODY;
    }

    /** Whether nothing of the response is given, be it the head only. */
    boolean isUntouched() {
        return isUnclaimed() && !isFrozen();
    }

    void giveToApplication() {
        owner = Owner.APPLICATION;
    }

    boolean isWriteWaiting() {
        return writeWaits;
    }

    void setWriteWaits(boolean waits) {
        writeWaits = waits;
    }

    /**
     * The application's bytes are handed down.
     *
     * @param last whether they are the last
     * @return whether these, or others before them, were
     */
    boolean given(boolean last) {
        lastGiven |= last;
        return lastGiven;
    }

    // ---- the end

    /** Whether nobody has ended it, nor decided how it ends. */
    boolean isGoingOn() {
        return !ending && !lastGiven && refusal == null;
    }

    /**
     * It is to end as the application, or Jetty in its place, will have it; false if it is already.
     */
    boolean beginEnding() {
        if (ending) return false;
        ending = true;
        return true;
    }

    /**
     * The deadline decides how it ends: either it is {@linkplain #giveToGuard() the guard's}, or it
     * is {@linkplain #breakOff() broken off}.
     */
    void refuse(DeadlineExpiredException expired) {
        refusal = expired;
    }

    /** That the deadline has decided how the response ends; null if it has not. */
    @Nullable DeadlineExpiredException refusal() {
        return refusal;
    }

    void giveToGuard() {
        owner = Owner.GUARD;
    }

    void breakOff() {
        owner = Owner.BROKEN;
    }

    boolean isBroken() {
        return owner == Owner.BROKEN;
    }
}
