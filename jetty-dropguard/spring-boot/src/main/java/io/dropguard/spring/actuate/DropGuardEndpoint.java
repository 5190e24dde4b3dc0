package io.dropguard.spring.actuate;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@code /actuator/dropguard}: what the guard saw since the start, and the connections that there
 * are now; one of them can be shut down. Thread-safe.
 */
@Endpoint(id = "dropguard")
public final class DropGuardEndpoint {
    private final DropGuard guard;

    public DropGuardEndpoint(DropGuard guard) {
        this.guard = guard;
    }

    @ReadOperation
    public Report report() {
        GuardStatistics statistics = guard.statistics();
        return new Report(
                new Exchanges(statistics.exchanges(), statistics.active()),
                statistics.losses(),
                new Waste(statistics.lostEnded(), statistics.ranOn()),
                new Stopped(statistics.interrupts(), statistics.unrun(), statistics.deadlines()),
                guard.connections().byPhase(),
                guard.connections().snapshot());
    }

    /**
     * One connection.
     *
     * @return null, which is a 404, if it is gone
     */
    @ReadOperation
    public @Nullable Connection connection(@Selector long id) {
        return guard.connections()
                .find(id)
                .map(
                        snapshot ->
                                new Connection(
                                        snapshot,
                                        guard.connections().stack(id).stream()
                                                .map(StackTraceElement::toString)
                                                .toList()))
                .orElse(null);
    }

    /**
     * Shuts one connection down, as long as it does what it did when its {@code epoch} was read.
     */
    @WriteOperation
    public Shutdown shutDown(@Selector long id, long epoch) {
        return new Shutdown(guard.connections().shutdown(id, epoch));
    }

    /**
     * What the guard saw. Immutable.
     *
     * @param losses by how they were noticed
     * @param phases how many connections are in each
     * @param connections all that there are, the oldest first
     */
    public record Report(
            Exchanges exchanges,
            Map<Signal, Long> losses,
            Waste waste,
            Stopped stopped,
            Map<ConnectionPhase, Integer> phases,
            List<ConnectionSnapshot> connections) {}

    /**
     * One connection. Immutable.
     *
     * @param snapshot what it does
     * @param stack what the thread that handles its request does, innermost first
     */
    public record Connection(ConnectionSnapshot snapshot, List<String> stack) {}

    /**
     * What came of a shutdown. Immutable.
     *
     * @param shutDown false if the connection has moved on since, or is gone
     */
    public record Shutdown(boolean shutDown) {}

    /**
     * All requests. Immutable.
     *
     * @param total those that are not over included
     * @param active those that are not over
     */
    public record Exchanges(long total, long active) {}

    /**
     * Work that was done for nobody. Immutable.
     *
     * @param requests those of lost clients whose work has ended
     * @param ranOn how long it ran on, all together
     */
    public record Waste(long requests, Duration ranOn) {}

    /**
     * Work that was spared. Immutable.
     *
     * @param interrupts threads that were interrupted
     * @param unrun requests that were never run, for their client had left while they queued
     * @param deadlines that expired
     */
    public record Stopped(long interrupts, long unrun, long deadlines) {}
}
