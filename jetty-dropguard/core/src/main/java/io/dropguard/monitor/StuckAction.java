package io.dropguard.monitor;

/** What is done about a connection that is stuck, besides telling of it. */
public enum StuckAction {
    /** Nothing. */
    LOG,
    /** It is shut down. */
    SHUTDOWN
}
