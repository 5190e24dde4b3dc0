package io.dropguard;

import io.dropguard.console.ConsoleConfig;
import org.jspecify.annotations.Nullable;

/** The options of the console, by their keys. Not thread-safe. */
final class ConsoleOptions {
    static final Options<ConsoleOptions> OPTIONS =
            new Options<ConsoleOptions>()
                    .with("console", (c, k, v) -> c.on = OptionValues.flag(k, v))
                    .with(
                            "console-addresses",
                            (c, k, v) -> c.config = c.config.withAddresses(OptionValues.list(v)))
                    .with(
                            "console-hosts",
                            (c, k, v) -> c.config = c.config.withHosts(OptionValues.list(v)))
                    .with("console-path", (c, k, v) -> c.config = c.config.withPath(v.strip()))
                    .with("console-token", (c, k, v) -> c.config = c.config.withToken(v.strip()));

    private boolean on;
    private ConsoleConfig config = ConsoleConfig.DEFAULT;

    void set(@Nullable ConsoleConfig value) {
        on = value != null;
        if (value != null) config = value;
    }

    /** Null if none was asked for. */
    @Nullable ConsoleConfig build() {
        return on ? config : null;
    }
}
