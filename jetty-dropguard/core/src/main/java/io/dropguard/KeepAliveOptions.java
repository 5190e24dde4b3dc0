package io.dropguard;

import io.dropguard.connector.BehindProxy;
import io.dropguard.connector.KeepAliveConfig;
import org.jspecify.annotations.Nullable;

/** The options of connections that are kept between requests, by their keys. Not thread-safe. */
final class KeepAliveOptions {
    static final Options<KeepAliveOptions> OPTIONS =
            new Options<KeepAliveOptions>()
                    .with(
                            "behind-proxy",
                            (o, k, v) -> o.config = o.config.withBehindProxy(proxy(k, v)))
                    .with(
                            "idle-grace",
                            (o, k, v) ->
                                    o.config = o.config.withIdleGrace(OptionValues.duration(k, v)))
                    .with(
                            "keep-alive-header",
                            (o, k, v) -> o.config = o.config.withHeader(OptionValues.flag(k, v)))
                    .with(
                            "keep-alive-timeout-margin",
                            (o, k, v) ->
                                    o.config = o.config.withMargin(OptionValues.duration(k, v)))
                    .with(
                            "max-age",
                            (o, k, v) ->
                                    o.config =
                                            o.config.withMaxAge(OptionValues.durationOrNone(k, v)))
                    .with(
                            "max-requests",
                            (o, k, v) ->
                                    o.config = o.config.withMaxRequests(OptionValues.number(k, v)));

    private KeepAliveConfig config = KeepAliveConfig.DEFAULT;

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
