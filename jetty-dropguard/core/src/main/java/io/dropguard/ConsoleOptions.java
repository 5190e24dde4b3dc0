package io.dropguard;

import io.dropguard.console.ConsoleConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of the console, by their keys. Not thread-safe. */
final class ConsoleOptions {
    static final List<String> KEYS =
            List.of(
                    "console",
                    "console-addresses",
                    "console-hosts",
                    "console-path",
                    "console-token");

    private boolean on;
    private ConsoleConfig config = ConsoleConfig.DEFAULT;

    /**
     * Sets the option of a key.
     *
     * @throws IllegalArgumentException if the value does not fit
     */
    void set(String key, String value) {
        switch (key) {
            case "console" -> on = OptionValues.flag(key, value);
            case "console-addresses" -> config = config.withAddresses(OptionValues.list(value));
            case "console-hosts" -> config = config.withHosts(OptionValues.list(value));
            case "console-path" -> config = config.withPath(value.strip());
            case "console-token" -> config = config.withToken(value.strip());
            default -> throw Option.unknown(key, KEYS);
        }
    }

    void set(@Nullable ConsoleConfig value) {
        on = value != null;
        if (value != null) config = value;
    }

    /** Null if none was asked for. */
    @Nullable ConsoleConfig build() {
        return on ? config : null;
    }
}
