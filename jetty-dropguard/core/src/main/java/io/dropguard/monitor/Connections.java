package io.dropguard.monitor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The live connections of a guard. Thread-safe. */
public interface Connections {

    /** How many there are. */
    int count();

    /** How many are in each phase; every phase has its entry. */
    Map<ConnectionPhase, Integer> byPhase();

    /** All of them, the oldest first. */
    List<ConnectionSnapshot> snapshot();

    /** One of them, or empty if it is gone. */
    Optional<ConnectionSnapshot> find(long id);

    /** What the thread that handles its request is doing, innermost first; empty if none does. */
    List<StackTraceElement> stack(long id);

    /**
     * Shuts a connection down, as long as it does what the snapshot with this epoch says.
     *
     * @return false if it has moved on since, or is gone
     */
    boolean shutdown(long id, long epoch);

    /**
     * Shuts down all that are stuck.
     *
     * @return how many
     */
    int shutdownStuck();

    /**
     * Shuts down all of one client's, whatever they do.
     *
     * @param host its address as snapshots have it, without the port
     * @return how many
     */
    int shutdownRemote(String host);

    /** Tells a listener of what gets stuck from now on. */
    void addListener(StuckConnectionListener listener);

    /** Takes a listener back; without effect if it was not added. */
    void removeListener(StuckConnectionListener listener);
}
