package io.dropguard.management;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.exchange.GuardStatistics;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.Connections;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The guard's meters, all named {@code jetty.dropguard.*}. Immutable.
 *
 * <pre>{@code
 * new DropGuardMetrics(guard.statistics(), guard.connections()).bindTo(registry);
 * }</pre>
 */
public final class DropGuardMetrics implements MeterBinder {
    private static final String PREFIX = "jetty.dropguard.";

    private final GuardStatistics statistics;
    private final Connections connections;

    public DropGuardMetrics(GuardStatistics statistics, Connections connections) {
        this.statistics = requireNonNull(statistics, "statistics");
        this.connections = requireNonNull(connections, "connections");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Signal signal : Signal.values())
            FunctionCounter.builder(
                            PREFIX + "losses",
                            statistics,
                            seen -> seen.losses().getOrDefault(signal, 0L))
                    .tag("signal", label(signal))
                    .baseUnit("clients")
                    .description("Clients that were lost before they had their answers")
                    .register(registry);
        FunctionTimer.builder(
                        PREFIX + "wasted.time",
                        statistics,
                        GuardStatistics::lostEnded,
                        seen -> seen.ranOn().toNanos(),
                        TimeUnit.NANOSECONDS)
                .description("How long work ran on after its client was lost")
                .register(registry);
        counter(registry, "exchanges", GuardStatistics::exchanges, "Requests so far", "requests");
        counter(
                registry,
                "unrun",
                GuardStatistics::unrun,
                "Requests not run, for their clients had left while they queued",
                "requests");
        counter(
                registry,
                "interrupts",
                GuardStatistics::interrupts,
                "Threads that were interrupted",
                "interrupts");
        counter(
                registry,
                "heartbeats",
                GuardStatistics::heartbeats,
                "Heartbeats that were sent",
                "heartbeats");
        counter(
                registry,
                "deadlines",
                GuardStatistics::deadlines,
                "Deadlines that expired",
                "deadlines");
        Gauge.builder(PREFIX + "exchanges.active", statistics, GuardStatistics::active)
                .baseUnit("requests")
                .description("Requests that are not over")
                .strongReference(true)
                .register(registry);
        connections(registry);
    }

    private void connections(MeterRegistry registry) {
        for (ConnectionPhase phase : ConnectionPhase.values())
            Gauge.builder(
                            PREFIX + "connections",
                            connections,
                            live -> live.byPhase().getOrDefault(phase, 0))
                    .tag("phase", label(phase))
                    .baseUnit("connections")
                    .description("Live connections")
                    .strongReference(true)
                    .register(registry);
        Gauge.builder(PREFIX + "connections.stuck", connections, ManagedGuard::stuck)
                .baseUnit("connections")
                .description("Connections that are over one of their limits")
                .strongReference(true)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry,
            String name,
            ToDoubleFunction<GuardStatistics> count,
            String description,
            String unit) {
        FunctionCounter.builder(PREFIX + name, statistics, count)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
