package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import org.junit.jupiter.api.Test;

/** How it is known that a connection was reset: an exception of the JDK's has a stack. */
class ResetTest {

    @Test
    void itIsNoticedWithoutARead() throws Exception {
        ClientLoss loss = lossByReset(DropGuard.builder());

        assertThat(loss.failure()).hasMessage("Connection reset");
        assertThat(loss.failure().getStackTrace()).isEmpty();
    }

    /** The kernel may have given the client up: the read tells one from the other. */
    @Test
    void itIsReadWhereNobodyKnowsHowPatientTheKernelIs() throws Exception {
        ClientLoss loss = lossByReset(DropGuard.builder().set("keepalive-idle", "0s"));

        assertThat(loss.failure()).hasMessage("Connection reset");
        assertThat(loss.failure().getStackTrace()).isNotEmpty();
    }

    private static ClientLoss lossByReset(DropGuard.Builder builder) throws Exception {
        Work work = new Work();
        DropGuard guard = builder.set("watch-delay", "0ms").build();
        try (TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(work)
                                .guardedBy(guard::installOn)
                                .start();
                TestClient client = TestClient.connect(server)) {
            client.get("/job");
            Work.Run run = work.awaitRun();
            client.leave(Departure.RST);

            ClientLoss loss = run.awaitLoss();
            assertThat(loss.signal()).isEqualTo(Signal.RST);
            assertThat(guard.statistics().losses().get(Signal.RST)).isEqualTo(1);
            return loss;
        }
    }
}
