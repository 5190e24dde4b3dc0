package io.dropguard;

import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.StuckAction;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options of the connection monitor, by their keys. Not thread-safe. */
final class MonitorOptions {
    private static final Map<String, ConnectionPhase> RATES =
            Map.of(
                    "min-rate-headers", ConnectionPhase.READING_HEADERS,
                    "min-rate-request-body", ConnectionPhase.READING_BODY,
                    "min-rate-response-body", ConnectionPhase.WRITING);

    static final Options<MonitorOptions> OPTIONS = options();

    private static Options<MonitorOptions> options() {
        Options<MonitorOptions> options = new Options<>();
        for (ConnectionPhase phase : ConnectionPhase.values())
            options.with(
                            "stuck-" + phase.label(),
                            (o, k, v) ->
                                    o.config =
                                            o.config.withLimit(
                                                    phase, OptionValues.durationOrNone(k, v)))
                    .with(
                            "stuck-action-" + phase.label(),
                            (o, k, v) -> o.config = o.config.withAction(phase, action(k, v)));
        RATES.forEach(
                (key, phase) ->
                        options.with(
                                key, (o, k, v) -> o.config = o.config.withRate(phase, rate(k, v))));
        return options.with(
                        "min-rate-grace",
                        (o, k, v) -> o.config = o.config.withGrace(OptionValues.duration(k, v)))
                .with("stuck-action", (o, k, v) -> o.config = o.config.withAction(action(k, v)))
                .with(
                        "stuck-interrupt",
                        (o, k, v) ->
                                o.config =
                                        o.config.withInterrupt(OptionValues.durationOrNone(k, v)));
    }

    private MonitorConfig config = MonitorConfig.DEFAULT;

    void set(MonitorConfig value) {
        config = value;
    }

    MonitorConfig build() {
        return config;
    }

    private static StuckAction action(String key, String value) {
        return OptionValues.choice(key, value, StuckAction.class);
    }

    /** Bytes a second, as sizes are written, or {@code none}. */
    private static @Nullable Integer rate(String key, String value) {
        return value.strip().equals("none") ? null : OptionValues.bytes(key, value);
    }
}
