package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.StuckConnection;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestServer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** From the decision to shut a connection down on, every end that shows on it is our doing. */
class LossByShutdownTest {
    private final List<GuardedExchange> exchanges = new CopyOnWriteArrayList<>();

    /**
     * T1 shuts the connection down and tells its exchanges one by one; T2 learns from a write that
     * fails on it that one of them which was not told yet has lost its client.
     */
    @Test
    void anExchangeThatHearsOfItsConnectionsEndBeforeTheReasonWasStuckAndNotLost()
            throws Exception {
        DropGuard guard = DropGuard.create();
        Handler application =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        exchanges.add(GuardedExchange.of(request));
                        return true;
                    }
                };
        try (TestServer server =
                        TestServer.speaking(Protocol.H2C)
                                .handledBy(application)
                                .guardedBy(guard::installOn)
                                .start();
                Http2Client client = Http2Client.connect(Protocol.H2C, server.port())) {
            client.get("/first");
            await().until(() -> exchanges.size() == 1);
            client.get("/second");
            await().until(() -> exchanges.size() == 2);
            GuardedExchange second = exchanges.get(1);
            exchanges.get(0).token().onCancelled(why -> second.clientLost(Signal.RST, null));

            assertThat(guard.connections().shutdownRemote("127.0.0.1")).isEqualTo(1);

            assertThat(second.token().reason()).containsInstanceOf(StuckConnection.class);
            assertThat(guard.statistics().losses().values()).containsOnly(0L);
        }
    }
}
