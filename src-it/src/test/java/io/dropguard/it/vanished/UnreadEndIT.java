package io.dropguard.it.vanished;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A FIN behind bytes that nobody reads is seen through the kernel. */
@Timeout(60)
class UnreadEndIT {
    /** More than is read ahead, and less than the kernel holds: the FIN comes through. */
    private static final byte[] UNREAD = new byte[100_000];

    private final LossTimes losses = new LossTimes();

    private TestServer start(String interval) throws Exception {
        DropGuard guard =
                DropGuard.builder()
                        .set("read-ahead", "4KiB")
                        .set("kernel-view-interval", interval)
                        .build();
        return TestServer.speaking(Protocol.HTTP_1)
                .handledBy(losses.handler())
                .guardedBy(guard::installOn)
                .start();
    }

    private void leave(TestServer server, String id) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            String head =
                    "POST /nothing?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                            .formatted(id, UNREAD.length);
            client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(UNREAD);
            await().until(() -> losses.hasBegun(id));
        }
    }

    @Test
    void theKernelViewFindsIt() throws Exception {
        try (TestServer server = start("100ms")) {
            leave(server, "found");
            await().atMost(Duration.ofSeconds(5)).until(() -> losses.isLost("found"));
            assertThat(losses.loss("found").signal()).isEqualTo(Signal.FIN);
        }
    }

    @Test
    void withoutItNobodyKnows() throws Exception {
        try (TestServer server = start("0s")) {
            leave(server, "unknown");
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(4))
                    .until(() -> !losses.isLost("unknown"));
        }
    }
}
