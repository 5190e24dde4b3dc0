package io.dropguard;

import io.dropguard.connector.KeepaliveConfig;
import io.dropguard.connector.PingConfig;
import io.dropguard.connector.TuningConfig;

/** The options of sockets, by their keys. Not thread-safe. */
final class TuningOptions {
    static final Options<TuningOptions> OPTIONS =
            new Options<TuningOptions>()
                    .with(
                            "http2-ping-interval",
                            (t, k, v) -> t.ping(t.ping().withInterval(OptionValues.duration(k, v))))
                    .with(
                            "http2-ping-timeout",
                            (t, k, v) -> t.ping(t.ping().withTimeout(OptionValues.duration(k, v))))
                    .with(
                            "keepalive-count",
                            (t, k, v) ->
                                    t.keepalive(t.keepalive().withCount(OptionValues.number(k, v))))
                    .with(
                            "keepalive-idle",
                            (t, k, v) ->
                                    t.keepalive(
                                            t.keepalive().withIdle(OptionValues.duration(k, v))))
                    .with(
                            "keepalive-interval",
                            (t, k, v) ->
                                    t.keepalive(
                                            t.keepalive()
                                                    .withInterval(OptionValues.duration(k, v))))
                    .with(
                            "kernel-view-interval",
                            (t, k, v) ->
                                    t.config(t.config.withKernelView(OptionValues.duration(k, v))))
                    .with(
                            "reuse-port",
                            (t, k, v) -> t.config(t.config.withReusePort(OptionValues.flag(k, v))))
                    .with(
                            "tcp-quick-ack",
                            (t, k, v) -> t.config(t.config.withQuickAck(OptionValues.flag(k, v))))
                    .with(
                            "tcp-user-timeout",
                            (t, k, v) ->
                                    t.config(
                                            t.config.withUserTimeout(OptionValues.duration(k, v))));

    private TuningConfig config = TuningConfig.DEFAULT;

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
