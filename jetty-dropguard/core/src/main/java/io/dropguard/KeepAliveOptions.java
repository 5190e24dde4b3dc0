package io.dropguard;

import io.dropguard.connector.BehindProxy;
import io.dropguard.connector.KeepAliveConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of connections that are kept between requests, by their keys. Not thread-safe. */
final class KeepAliveOptions {
    static final List<String> KEYS =
            List.of(
                    "behind-proxy",
                    "idle-grace",
                    "keep-alive-header",
                    "keep-alive-timeout-margin",
                    "max-age",
                    "max-requests");

    private KeepAliveConfig config = KeepAliveConfig.DEFAULT;

    /**
     * Sets the option of a key.
     *
     * @throws IllegalArgumentException if the value does not fit
     */
    void set(String key, String value) {
        config =
                switch (key) {
                    case "behind-proxy" -> config.withBehindProxy(proxy(key, value));
                    case "idle-grace" -> config.withIdleGrace(OptionValues.duration(key, value));
                    case "keep-alive-header" -> config.withHeader(OptionValues.flag(key, value));
                    case "keep-alive-timeout-margin" ->
                            config.withMargin(OptionValues.duration(key, value));
                    case "max-age" -> config.withMaxAge(OptionValues.durationOrNone(key, value));
                    case "max-requests" -> config.withMaxRequests(OptionValues.number(key, value));
                    default -> throw Option.unknown(key, KEYS);
                };
    }

    void set(KeepAliveConfig value) {
        config = value;
    }

    KeepAliveConfig build() {
        return config;
    }

    private static @Nullable BehindProxy proxy(String key, String value) {
        String name = value.strip();
        if (name.equals("none")) return null;
        for (BehindProxy known : BehindProxy.KNOWN) if (known.name().equals(name)) return known;
        try {
            return BehindProxy.keeping(OptionValues.duration(key, name));
        } catch (IllegalArgumentException neither) {
            throw new IllegalArgumentException(
                    key
                            + ": "
                            + value
                            + " (expected: nginx, haproxy, caddy, envoy, aws-alb, none or a time"
                            + " > 0 such as 75s)",
                    neither);
        }
    }
}
