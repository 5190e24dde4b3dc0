package io.dropguard;

import io.dropguard.connector.KeepaliveConfig;
import io.dropguard.connector.PingConfig;
import io.dropguard.connector.TuningConfig;
import java.util.List;

/** The options of sockets, by their keys. Not thread-safe. */
final class TuningOptions {
    static final List<String> KEYS =
            List.of(
                    "http2-ping-interval",
                    "http2-ping-timeout",
                    "keepalive-count",
                    "keepalive-idle",
                    "keepalive-interval",
                    "kernel-view-interval",
                    "reuse-port",
                    "tcp-quick-ack",
                    "tcp-user-timeout");

    private TuningConfig config = TuningConfig.DEFAULT;

    /**
     * Sets the option of a key.
     *
     * @throws IllegalArgumentException if the value does not fit
     */
    void set(String key, String value) {
        switch (key) {
            case "http2-ping-interval" ->
                    ping(ping().withInterval(OptionValues.duration(key, value)));
            case "http2-ping-timeout" ->
                    ping(ping().withTimeout(OptionValues.duration(key, value)));
            case "keepalive-count" ->
                    keepalive(keepalive().withCount(OptionValues.number(key, value)));
            case "keepalive-idle" ->
                    keepalive(keepalive().withIdle(OptionValues.duration(key, value)));
            case "keepalive-interval" ->
                    keepalive(keepalive().withInterval(OptionValues.duration(key, value)));
            case "kernel-view-interval" ->
                    config(config.withKernelView(OptionValues.duration(key, value)));
            case "reuse-port" -> config(config.withReusePort(OptionValues.flag(key, value)));
            case "tcp-quick-ack" -> config(config.withQuickAck(OptionValues.flag(key, value)));
            case "tcp-user-timeout" ->
                    config(config.withUserTimeout(OptionValues.duration(key, value)));
            default -> throw Option.unknown(key, KEYS);
        }
    }

    void config(TuningConfig value) {
        config = value;
    }

    TuningConfig build() {
        return config;
    }

    private KeepaliveConfig keepalive() {
        return config.keepalive();
    }

    private void keepalive(KeepaliveConfig value) {
        config = config.withKeepalive(value);
    }

    private PingConfig ping() {
        return config.ping();
    }

    private void ping(PingConfig value) {
        config = config.withPing(value);
    }
}
