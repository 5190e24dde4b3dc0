package io.dropguard.spring.actuate;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardStatistics;
import java.util.Map;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code /actuator/dropguard}: what the guard saw since the start. Thread-safe. */
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
                new Stopped(statistics.interrupts(), statistics.unrun()));
    }

    /**
     * What the guard saw. Immutable.
     *
     * @param losses by how they were noticed
     */
    public record Report(Exchanges exchanges, Map<Signal, Long> losses, Stopped stopped) {}

    /**
     * All requests. Immutable.
     *
     * @param total those that are not over included
     * @param active those that are not over
     */
    public record Exchanges(long total, long active) {}

    /**
     * Work that was spared. Immutable.
     *
     * @param interrupts threads that were interrupted
     * @param unrun requests that were never run, for their client had left while they queued
     */
    public record Stopped(long interrupts, long unrun) {}
}
