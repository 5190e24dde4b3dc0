package io.dropguard.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.cancel.StuckConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The deadline ends the message before it cancels the work, and what comes between changes not why.
 */
class DecidedDeadlineTest {
    private final DeadlineExpired expired = new DeadlineExpired(Duration.ofSeconds(1));

    @Test
    void aClientThatLeavesBecauseItsAnswerWasBrokenOffIsNotLost() throws Exception {
        assertThat(reasonAfter(exchange -> exchange.clientLost(Signal.RST, null)))
                .isEqualTo(expired);
    }

    @Test
    void aConnectionThatIsShutDownAfterItsAnswerWasGivenWasNotStuckWithIt() throws Exception {
        assertThat(
                        reasonAfter(
                                exchange ->
                                        exchange.stuck(new StuckConnection("IDLE", Duration.ZERO))))
                .isEqualTo(expired);
    }

    @Test
    void aServerThatStopsThenStopsNothing() throws Exception {
        assertThat(reasonAfter(GuardedExchange::serverStopping)).isEqualTo(expired);
    }

    private Object reasonAfter(Consumer<GuardedExchange> event) throws Exception {
        CompletableFuture<Object> reason = new CompletableFuture<>();
        return WaitFixture.learn(
                reason,
                (request, response, callback) -> {
                    GuardedExchange exchange = GuardedExchange.of(request);
                    exchange.setInterrupt(false);
                    // T1, the timer's, has decided, and not yet cancelled; T2 learns the rest
                    exchange.gate().expire(new DeadlineExpiredException(expired), 503);
                    event.accept(exchange);
                    reason.complete(exchange.token().reason().orElseThrow());
                    callback.succeeded();
                });
    }
}
