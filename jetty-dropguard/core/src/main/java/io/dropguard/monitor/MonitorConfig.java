package io.dropguard.monitor;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When a connection is stuck, and what is done about it. Immutable.
 *
 * @param limits how long a connection may be in a phase; no limit where there is none
 * @param rates bytes a second that a client must send or take on average while it is waited for:
 *     {@link ConnectionPhase#READING_HEADERS} for heads, {@link ConnectionPhase#READING_BODY} for
 *     bodies of requests, {@link ConnectionPhase#WRITING} for responses
 * @param grace how far a client may be behind that rate
 * @param action what is done where {@code actions} says nothing else
 * @param actions what is done, by phase
 * @param interrupt how long after entering its phase the work of a connection that was shut down is
 *     interrupted if it goes on; null for never
 */
public record MonitorConfig(
        Map<ConnectionPhase, Duration> limits,
        Map<ConnectionPhase, Integer> rates,
        Duration grace,
        StuckAction action,
        Map<ConnectionPhase, StuckAction> actions,
        @Nullable Duration interrupt) {

    /** 20 s: mod_reqtimeout's, for a head. */
    public static final Duration DEFAULT_GRACE = Duration.ofSeconds(20);

    /** A year: longer than a server runs. */
    private static final Duration LONGEST = Duration.ofDays(365);

    /** Nothing is ever stuck. */
    public static final MonitorConfig DEFAULT =
            new MonitorConfig(Map.of(), Map.of(), DEFAULT_GRACE, StuckAction.LOG, Map.of(), null);

    public MonitorConfig {
        limits = Map.copyOf(limits);
        rates = Map.copyOf(rates);
        actions = Map.copyOf(actions);
        limits.forEach((phase, limit) -> checkPositive("stuck-" + phase.label(), limit));
        rates.forEach(MonitorConfig::checkRate);
        checkPositive("min-rate-grace", grace);
        if (interrupt != null) checkPositive("stuck-interrupt", interrupt);
    }

    private static void checkPositive(String key, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0)
            throw new IllegalArgumentException(
                    key + ": " + value + " (expected: > 0 and <= " + LONGEST + ", or none)");
    }

    private static void checkRate(ConnectionPhase phase, int rate) {
        String key = rateKey(phase); // refuses the phases that have none
        if (rate < 1)
            throw new IllegalArgumentException(
                    key + ": " + rate + " (expected: > 0 bytes/s, or none)");
    }

    private static String rateKey(ConnectionPhase phase) {
        return switch (phase) {
            case READING_HEADERS -> "min-rate-headers";
            case READING_BODY -> "min-rate-request-body";
            case WRITING -> "min-rate-response-body";
            default ->
                    throw new IllegalArgumentException(
                            "min-rate: "
                                    + phase
                                    + " (expected: READING_HEADERS, READING_BODY or WRITING)");
        };
    }

    /** Whether anything can ever be stuck, or is to be interrupted. */
    public boolean isOn() {
        return !limits.isEmpty() || !rates.isEmpty() || interrupt != null;
    }

    StuckAction actionIn(ConnectionPhase phase) {
        return actions.getOrDefault(phase, action);
    }

    /** Null for no limit. */
    public MonitorConfig withLimit(ConnectionPhase phase, @Nullable Duration limit) {
        return new MonitorConfig(
                with(limits, phase, limit), rates, grace, action, actions, interrupt);
    }

    /** Null for any rate. */
    public MonitorConfig withRate(ConnectionPhase phase, @Nullable Integer bytesPerSecond) {
        return new MonitorConfig(
                limits, with(rates, phase, bytesPerSecond), grace, action, actions, interrupt);
    }

    public MonitorConfig withGrace(Duration value) {
        return new MonitorConfig(limits, rates, value, action, actions, interrupt);
    }

    public MonitorConfig withAction(StuckAction value) {
        return new MonitorConfig(limits, rates, grace, value, actions, interrupt);
    }

    public MonitorConfig withAction(ConnectionPhase phase, StuckAction value) {
        return new MonitorConfig(
                limits, rates, grace, action, with(actions, phase, value), interrupt);
    }

    /** Null for never. */
    public MonitorConfig withInterrupt(@Nullable Duration value) {
        return new MonitorConfig(limits, rates, grace, action, actions, value);
    }

    private static <V> Map<ConnectionPhase, V> with(
            Map<ConnectionPhase, V> all, ConnectionPhase phase, @Nullable V value) {
        Map<ConnectionPhase, V> changed = new EnumMap<>(ConnectionPhase.class);
        changed.putAll(all);
        if (value == null) changed.remove(phase);
        else changed.put(phase, value);
        return changed;
    }
}
