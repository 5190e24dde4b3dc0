package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Which phase what is seen amounts to. */
class TrackedConnectionTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final HandTurned clock = new HandTurned();
    private final ConnectionRegistry registry =
            new ConnectionRegistry(
                    MonitorConfig.DEFAULT,
                    clock,
                    new ReportLog(clock, line -> {}, line -> {}),
                    false);
    private final FakeExchange one = new FakeExchange("/one");
    private final FakeExchange two = new FakeExchange("/two");

    @Test
    void aRequestGoesThroughItsPhases() {
        TrackedConnection connection = registry.track(new FakeSocket("10.0.0.1"));
        assertPhase(ConnectionPhase.IDLE);
        connection.filled(10);
        assertPhase(ConnectionPhase.IDLE); // it may be a whole head
        connection.awaitsBytes();
        assertPhase(ConnectionPhase.READING_HEADERS);
        connection.begin(one, "HTTP/1.1");
        assertPhase(ConnectionPhase.COMPUTING);
        connection.awaitsBody(one);
        assertPhase(ConnectionPhase.READING_BODY);
        connection.hasBody(one);
        assertPhase(ConnectionPhase.COMPUTING);
        connection.writing();
        assertPhase(ConnectionPhase.WRITING);
        connection.end(one); // and the last bytes still wait
        assertPhase(ConnectionPhase.WRITING);
        connection.written();
        assertPhase(ConnectionPhase.IDLE);
        connection.lingering();
        connection.filled(10);
        assertPhase(ConnectionPhase.LINGERING);
    }

    @Test
    void everyPhaseHasAnEpochOfItsOwnEvenWithinOneTickOfTheClock() {
        TrackedConnection connection = registry.track(new FakeSocket("10.0.0.1"));
        long idle = seen().epoch();
        connection.filled(10);
        connection.awaitsBytes();
        long reading = seen().epoch();
        connection.begin(one, "HTTP/1.1");
        connection.end(one);
        assertThat(seen().epoch()).isNotEqualTo(idle).isNotEqualTo(reading);
        assertThat(registry.shutdown(1, idle)).isFalse();
        assertThat(registry.shutdown(1, reading)).isFalse();
        assertThat(registry.shutdown(1, seen().epoch())).isTrue();
    }

    @Test
    void aConnectionThatIsEndedStaysWhereItWas() {
        TrackedConnection connection = registry.track(new FakeSocket("10.0.0.1"));
        connection.filled(10);
        connection.awaitsBytes();
        assertThat(registry.shutdown(1, seen().epoch())).isTrue();
        assertThat(connection.begin(one, "HTTP/1.1")).isFalse();
        assertPhase(ConnectionPhase.READING_HEADERS);
        assertThat(connection.isEnded()).isTrue();
        assertThat(registry.shutdownRemote("10.0.0.1")).as("once more").isZero();
    }

    @Test
    void withHttp2ItComputesIfOneComputesAndEveryMoveCounts() {
        TrackedConnection connection = registry.track(new FakeSocket("10.0.0.1", false));
        connection.filled(10);
        connection.awaitsBytes();
        assertPhase(ConnectionPhase.IDLE); // frames are no head
        connection.join(one, "HTTP/2.0");
        connection.join(two, "HTTP/2.0");
        connection.awaitsBody(one);
        assertPhase(ConnectionPhase.COMPUTING);
        connection.streamWrites(two);
        assertPhase(ConnectionPhase.READING_BODY); // what the oldest waits for
        clock.turn(SECOND.multipliedBy(2));
        assertThat(seen().inPhase()).isGreaterThanOrEqualTo(SECOND);
        connection.streamWritten(two);
        assertThat(seen().inPhase()).isLessThan(SECOND);
        assertThat(seen().streams()).isEqualTo(2);
        assertThat(seen().path()).isEqualTo("/one");
        connection.end(one);
        assertThat(seen().path()).isEqualTo("/two");
        connection.end(two);
        assertPhase(ConnectionPhase.IDLE);
        assertThat(seen().requests()).isEqualTo(2);
    }

    @Test
    void aConnectionThatWasUpgradedIsIdleSinceItsLastBytes() {
        TrackedConnection connection = registry.track(new FakeSocket("10.0.0.1", false));
        connection.begin(one, "HTTP/1.1");
        connection.end(one);
        clock.turn(SECOND.multipliedBy(2));
        assertThat(seen().inPhase()).isGreaterThanOrEqualTo(SECOND);
        connection.filled(1);
        connection.awaitsBytes();
        assertPhase(ConnectionPhase.IDLE);
        assertThat(seen().inPhase()).isLessThan(SECOND);
        clock.turn(SECOND.multipliedBy(2));
        connection.flushed(1);
        assertThat(seen().inPhase()).isLessThan(SECOND);
    }

    private void assertPhase(ConnectionPhase phase) {
        assertThat(seen().phase()).isEqualTo(phase);
        assertThat(registry.byPhase()).containsEntry(phase, 1);
    }

    private ConnectionSnapshot seen() {
        return registry.find(1).orElseThrow();
    }
}
