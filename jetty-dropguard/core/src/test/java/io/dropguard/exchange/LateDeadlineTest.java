package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.heartbeat.HeartbeatConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A filter may configure a request that has waited for longer than it will be permitted. */
class LateDeadlineTest {
    private static final Duration LIMIT = Duration.ofMillis(10);

    @Test
    void aDeadlineThatWasOverBeforeItWasSetSaysWhatItPermitsAndNotWhatWasTaken() throws Exception {
        CompletableFuture<CancellationReason> reason = new CompletableFuture<>();
        WaitFixture.Application slow =
                (request, response, callback) -> {
                    GuardedExchange exchange = GuardedExchange.of(request);
                    exchange.setInterrupt(false);
                    await().until(() -> exchange.age().compareTo(LIMIT) > 0);
                    exchange.apply(new ResponsePolicy(HeartbeatConfig.NONE, LIMIT, 503, List.of()));
                    exchange.token().onCancelled(reason::complete);
                    await().until(reason::isDone);
                    callback.succeeded();
                };

        assertThat(WaitFixture.learn(reason, slow)).isEqualTo(new DeadlineExpired(LIMIT));
    }
}
