package io.dropguard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.MixedLedger.Fact;
import io.dropguard.cancel.ClientLoss.Signal;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

class BrokenOffRequestTest {
    @Test
    void a_tls_client_that_ends_tls_amid_its_body_is_lost_though_no_fin_came() throws Exception {
        MixedLedger ledger = new MixedLedger(1);
        try (MixedServer server = new MixedServer(ledger);
                Socket wire = new Socket("localhost", server.securePort());
                SSLSocket tls = server.layer(wire)) {
            String request =
                    "POST /READ/0/0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf";
            tls.getOutputStream().write(request.getBytes(US_ASCII));
            await().atMost(10, TimeUnit.SECONDS).until(() -> ledger.count(Fact.STARTED) == 1);

            tls.close(); // sends close_notify, and leaves the connection alone

            await().atMost(10, TimeUnit.SECONDS).until(() -> server.statistics().active() == 0);
            assertThat(wire.isClosed()).isFalse();
            assertThat(ledger.failures()).isEmpty();
            assertThat(ledger.count(Fact.LOST)).isEqualTo(1);
            assertThat(server.statistics().losses().get(Signal.FIN)).isEqualTo(1);
        }
    }
}
