package io.dropguard;

import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.MonitorConfig;
import io.dropguard.monitor.StuckAction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of the connection monitor, by their keys. Not thread-safe. */
final class MonitorOptions {
    private static final String LIMIT = "stuck-";
    private static final String ACTION = "stuck-action-";

    static final List<String> KEYS = keys();

    private static List<String> keys() {
        List<String> keys =
                new ArrayList<>(
                        List.of(
                                "min-rate-grace",
                                "min-rate-headers",
                                "min-rate-request-body",
                                "min-rate-response-body",
                                "stuck-action",
                                "stuck-interrupt"));
        for (ConnectionPhase phase : ConnectionPhase.values()) {
            keys.add(LIMIT + phase.label());
            keys.add(ACTION + phase.label());
        }
        return List.copyOf(keys);
    }

    private MonitorConfig config = MonitorConfig.DEFAULT;

    /**
     * Sets the option of a key.
     *
     * @throws IllegalArgumentException if the value does not fit
     */
    void set(String key, String value) {
        config =
                switch (key) {
                    case "min-rate-grace" -> config.withGrace(OptionValues.duration(key, value));
                    case "min-rate-headers" ->
                            config.withRate(ConnectionPhase.READING_HEADERS, rate(key, value));
                    case "min-rate-request-body" ->
                            config.withRate(ConnectionPhase.READING_BODY, rate(key, value));
                    case "min-rate-response-body" ->
                            config.withRate(ConnectionPhase.WRITING, rate(key, value));
                    case "stuck-action" -> config.withAction(action(key, value));
                    case "stuck-interrupt" ->
                            config.withInterrupt(OptionValues.durationOrNone(key, value));
                    default -> ofPhase(key, value);
                };
    }

    private MonitorConfig ofPhase(String key, String value) {
        for (ConnectionPhase phase : ConnectionPhase.values()) {
            if (key.equals(LIMIT + phase.label()))
                return config.withLimit(phase, OptionValues.durationOrNone(key, value));
            if (key.equals(ACTION + phase.label()))
                return config.withAction(phase, action(key, value));
        }
        throw Option.unknown(key, KEYS);
    }

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
