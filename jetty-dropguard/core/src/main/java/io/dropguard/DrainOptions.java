package io.dropguard;

import io.dropguard.connector.DrainConfig;
import java.util.List;

/** The options of a server that stops, by their keys. Not thread-safe. */
final class DrainOptions {
    static final List<String> KEYS = List.of("drain-timeout", "pre-stop-delay");

    private DrainConfig config = DrainConfig.DEFAULT;

    /**
     * Sets the option of a key.
     *
     * @throws IllegalArgumentException if the value does not fit
     */
    void set(String key, String value) {
        config =
                switch (key) {
                    case "drain-timeout" ->
                            config.withTimeout(OptionValues.durationOrNone(key, value));
                    case "pre-stop-delay" ->
                            config.withPreStopDelay(OptionValues.duration(key, value));
                    default -> throw Option.unknown(key, KEYS);
                };
    }

    void set(DrainConfig value) {
        config = value;
    }

    DrainConfig build() {
        return config;
    }
}
