package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.heartbeat.HeartbeatConfig;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** A filter may configure a request that has waited for longer than it will be permitted. */
class LateDeadlineTest {
    private static final Duration LIMIT = Duration.ofMillis(10);

    @Test
    void aDeadlineThatWasOverBeforeItWasSetSaysWhatItPermitsAndNotWhatWasTaken() throws Exception {
        CompletableFuture<CancellationReason> reason = new CompletableFuture<>();
        Handler application =
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback) {
                        GuardedExchange exchange = GuardedExchange.of(request);
                        exchange.setInterrupt(false);
                        Awaitility.await().until(() -> exchange.age().compareTo(LIMIT) > 0);
                        exchange.apply(
                                new ResponsePolicy(HeartbeatConfig.NONE, LIMIT, 503, List.of()));
                        exchange.token().onCancelled(reason::complete);
                        Awaitility.await().until(reason::isDone);
                        callback.succeeded();
                        return true;
                    }
                };
        try (TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(application)
                                .guardedBy(DropGuard.create()::installOn)
                                .start();
                RawClient client = RawClient.connect(server.port())) {
            client.get("/");

            assertThat(reason.get(20, TimeUnit.SECONDS)).isEqualTo(new DeadlineExpired(LIMIT));
        }
    }
}
