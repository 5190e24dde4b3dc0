package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerPingTest {
    private final AtomicLong clock = new AtomicLong();
    private final HandRunScheduler scheduler = new HandRunScheduler(clock);
    private final WatchTimer timer =
            new WatchTimer(new HandRunScheduler(new AtomicLong()), clock::get, 1);
    private final AtomicInteger sent = new AtomicInteger();
    private FakeConnection connection;
    private PeerPing ping;

    @BeforeEach
    void connect() throws IOException {
        connection = new FakeConnection("client", timer, new ArrayList<>());
        ping =
                new PeerPing(
                        connection.watch,
                        sent::incrementAndGet,
                        (task, nanos) -> scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS),
                        clock::get,
                        new PingConfig(Duration.ofSeconds(10), Duration.ofSeconds(5)));
        connection.begin(0);
        ping.begin();
    }

    private void advance(long seconds) {
        scheduler.advance(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void aSilentClientIsAskedAndIsLostIfItDoesNotAnswer() {
        advance(9);
        assertThat(sent).hasValue(0);
        advance(1);
        assertThat(sent).hasValue(1);
        advance(4);
        assertThat(connection.lost).isEmpty();
        advance(1);
        assertThat(connection.lost).containsExactly(Signal.UNREACHABLE);
        assertThat(connection.endPoint.isOpen()).isFalse();
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void whateverComesFromItIsAnAnswer() {
        for (int i = 0; i < 20; i++) {
            advance(12);
            ping.heard();
        }
        assertThat(sent).hasValueGreaterThan(10);
        assertThat(connection.lost).isEmpty();
    }

    @Test
    void aTalkativeClientIsNotAsked() {
        for (int i = 0; i < 20; i++) {
            advance(9);
            ping.heard();
        }
        assertThat(sent).hasValue(0);
    }

    @Test
    void aClientThatAwaitsNothingIsNotAsked() {
        connection.end();
        advance(100);
        assertThat(sent).hasValue(0);
    }

    @Test
    void aClientThatHasMuchToReadFirstIsLeftToTcp() {
        ping.wrote(9_000);
        advance(100);
        assertThat(sent).hasValue(0);
        assertThat(connection.lost).isEmpty();
    }

    @Test
    void heartbeatsAreNotMuchToRead() {
        for (int i = 0; i < 15; i++) {
            advance(1);
            ping.wrote(10);
        }
        assertThat(connection.lost).containsExactly(Signal.UNREACHABLE);
    }

    @Test
    void aConnectionThatIsClosedIsForgotten() {
        connection.endPoint.close();
        advance(100);
        assertThat(scheduler.pending()).isZero();
        assertThat(sent).hasValue(0);
    }
}
