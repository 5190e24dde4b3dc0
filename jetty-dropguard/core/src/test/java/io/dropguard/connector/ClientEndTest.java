package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.Ticker;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first thing that is known of a client's end stays. */
class ClientEndTest {
    private final HangUps hangUps = new HangUps(Duration.ofSeconds(10));
    private SocketPair pair;
    private ClientEnd end;
    private FakeConnection exchange;

    @BeforeEach
    void resetWhileOneIsComputed() throws IOException {
        WatchTimer timer =
                new WatchTimer(new HandRunScheduler(new AtomicLong()), Ticker.system(), 1_000_000);
        pair = SocketPair.connect();
        SocketChannelEndPoint endPoint =
                new SocketChannelEndPoint(pair.accepted(), null, null, null);
        end =
                new ClientEnd(
                        endPoint,
                        pair.accepted(),
                        new PendingWrite(endPoint),
                        HalfClose.PROBE,
                        timer,
                        hangUps);
        exchange = new FakeConnection("reset", timer, new ArrayList<>());
        exchange.begin(System.nanoTime());
        end.begin(exchange, true);
        pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
        pair.client().close();
        await().until(() -> hangUps.hasHungUp(endPoint));
    }

    @AfterEach
    void close() throws IOException {
        hangUps.close();
        pair.close();
    }

    @Test
    void aResetIsFoundWhereNothingIsKnown() {
        assertThat(end.cameByReset(exchange)).isTrue();

        end.tell(exchange);
        assertThat(exchange.lost).containsExactly(Signal.RST);
    }

    /** T1 knows that the client has vanished, and T2, the selector, looks before T1 has told it. */
    @Test
    void aClientThatIsKnownToHaveVanishedHasNotReset() {
        end.came(Signal.UNREACHABLE, new PeerUnreachableException("silent"));

        assertThat(end.cameByReset(exchange)).isFalse();

        end.tell(exchange);
        assertThat(exchange.lost).containsExactly(Signal.UNREACHABLE);
    }
}
