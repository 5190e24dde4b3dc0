package io.dropguard;

import io.dropguard.connector.DrainConfig;

/** The options of a server that stops, by their keys. Not thread-safe. */
final class DrainOptions {
    static final Options<DrainOptions> OPTIONS =
            new Options<DrainOptions>()
                    .with(
                            "drain-timeout",
                            (o, k, v) ->
                                    o.config =
                                            o.config.withTimeout(OptionValues.durationOrNone(k, v)))
                    .with(
                            "pre-stop-delay",
                            (o, k, v) ->
                                    o.config =
                                            o.config.withPreStopDelay(OptionValues.duration(k, v)));

    private DrainConfig config = DrainConfig.DEFAULT;

    void set(DrainConfig value) {
        config = value;
    }

    DrainConfig build() {
        return config;
    }
}
