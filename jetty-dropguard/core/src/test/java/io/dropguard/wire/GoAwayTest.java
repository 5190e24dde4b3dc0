package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Before a planned close HTTP/2 says GOAWAY twice: first that there will be an end, and once all is
 * answered, which request was the last. So none is on its way that the client must repeat unasked.
 */
@Timeout(60)
class GoAwayTest {
    /** What plans it. */
    private enum Plan {
        MAX_REQUESTS,
        MAX_AGE,
        LEAVING,
        DRAINING
    }

    private final CountDownLatch release = new CountDownLatch(1);

    @ParameterizedTest
    @EnumSource
    void itIsSaidInTwoStepsAndWhatIsInFlightIsAnswered(Plan plan) throws Exception {
        DropGuard.Builder options = DropGuard.builder().set("drain-timeout", "30s");
        if (plan == Plan.MAX_REQUESTS) options.set("max-requests", "1");
        if (plan == Plan.MAX_AGE) options.set("max-age", "PT0.000001S");
        DropGuard guard = options.build();
        try (TestServer server =
                        TestServer.speaking(Protocol.H2C)
                                .handledBy(new Waits())
                                .guardedBy(guard::installOn)
                                .start();
                Http2Client client = Http2Client.connect(Protocol.H2C, server.port())) {
            if (plan == Plan.LEAVING) guard.draining().leave();
            client.get("/");
            if (plan == Plan.DRAINING) {
                await().until(() -> guard.statistics().active() == 1);
                assertThat(server.connector().shutdown()).isNotDone();
            }
            assertThat(client.goAway()).as("there will be an end").isEqualTo(Integer.MAX_VALUE);
            assertThat(client.goAwaysWaiting()).as("while it is computed").isZero();

            release.countDown();

            assertThat(client.body()).isEqualTo("done");
            assertThat(client.goAway()).isEqualTo(client.streamId());
            await().until(() -> server.connector().getConnectedEndPoints().isEmpty());
        }
    }

    private final class Waits extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws InterruptedException {
            release.await();
            Content.Sink.write(response, true, "done", callback);
            return true;
        }
    }
}
