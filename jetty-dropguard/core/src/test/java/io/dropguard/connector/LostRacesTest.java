package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.testkit.LoggedByJetty;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is told of a request that came when its connection had just been closed. */
class LostRacesTest {
    private static final InetSocketAddress PEER =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 5_000);
    private static final long LATE = Duration.ofMillis(3).toNanos();

    private final AtomicLong clock = new AtomicLong();
    private final LostRaces races = new LostRaces(clock::get);

    @Test
    void theWarningNamesThePeerAndWhichOfTheTwoTimeoutsToRaise() {
        try (LoggedByJetty log = new LoggedByJetty()) {
            races.lost(PEER, 1_000, LATE);
            assertThat(log.text())
                    .contains("Lost race 1: localhost/127.0.0.1:5000 sent a request 3 ms after")
                    .contains("idle for 1000 ms")
                    .contains("Raise this server's idle timeout above the time that the peer keeps")
                    .contains("(behind-proxy does), or lower the peer's below 1000 ms");
        }
    }

    @Test
    void allAreCountedAndOneASecondIsTold() {
        try (LoggedByJetty log = new LoggedByJetty()) {
            for (int i = 0; i < 100; i++) races.lost(PEER, 1_000, LATE);
            assertThat(log.text()).containsOnlyOnce("Lost race ");
            clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
            races.lost(PEER, 1_000, LATE);
            assertThat(log.text()).contains("Lost race 101: ");
        }
        assertThat(races.count()).isEqualTo(101);
    }
}
