package io.dropguard.connector;

import static java.util.Objects.requireNonNull;

/**
 * How connectors are guarded. Immutable.
 *
 * @param watch how clients that have left are noticed
 * @param linger how connections are drained before they are closed
 * @param keepAlive how connections are kept between requests
 * @param tuning how sockets are set up, so that clients that have vanished are noticed too
 */
public record ConnectorConfig(
        WatchConfig watch, LingerConfig linger, KeepAliveConfig keepAlive, TuningConfig tuning) {

    public static final ConnectorConfig DEFAULT =
            new ConnectorConfig(
                    WatchConfig.DEFAULT,
                    LingerConfig.DEFAULT,
                    KeepAliveConfig.DEFAULT,
                    TuningConfig.DEFAULT);

    public ConnectorConfig {
        requireNonNull(watch, "watch");
        requireNonNull(linger, "linger");
        requireNonNull(keepAlive, "keep-alive");
        requireNonNull(tuning, "tuning");
    }
}
