package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.monitor.MonitorConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

/** When a connection's last request has come, by a hand-turned clock. */
class ConnectionLifeTest {
    private static final Duration AGE = Duration.ofSeconds(100);

    private final AtomicLong clock = new AtomicLong();

    /** How many of those that were opened together would end with their next answer. */
    private static long ending(List<ConnectionLife> lives) {
        return lives.stream().filter(ConnectionLife::isLastRequest).count();
    }

    private List<ConnectionLife> openedTogether(int count) {
        ConnectorConfig config =
                new ConnectorConfig(
                        WatchConfig.DEFAULT,
                        LingerConfig.DEFAULT,
                        KeepAliveConfig.DEFAULT.withMaxAge(AGE),
                        TuningConfig.DEFAULT);
        ConnectorLife connector =
                new ConnectorLife(
                        new ServerConnector(new Server()),
                        new ConnectorGuard(config, DrainConfig.DEFAULT, MonitorConfig.DEFAULT));
        return Stream.generate(
                        () -> new ConnectionLife(connector, new ByteArrayEndPoint(), clock::get))
                .limit(count)
                .toList();
    }

    @Test
    void agesDifferByUpToATenthSoThatConnectionsDoNotEndTogether() {
        List<ConnectionLife> lives = openedTogether(200);
        clock.set(Duration.ofSeconds(90).toNanos() - 1);
        assertThat(ending(lives)).as("before nine tenths of the age").isZero();
        clock.set(Duration.ofSeconds(95).toNanos());
        assertThat(ending(lives)).as("in between: about half of them").isBetween(50L, 150L);
        clock.set(AGE.toNanos());
        assertThat(ending(lives)).as("at the age").isEqualTo(200);
    }
}
