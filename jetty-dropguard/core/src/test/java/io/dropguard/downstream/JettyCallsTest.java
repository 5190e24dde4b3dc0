package io.dropguard.downstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Cancelled;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.Deadline;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JettyCallsTest {
    private static final Cancelled ENOUGH = new Cancelled("enough");

    private final CancellationSource source = new CancellationSource();
    private final HttpClient client = new HttpClient();
    private SlowServer server;

    @BeforeEach
    void start() throws Exception {
        client.start();
        server = SlowServer.waiting();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        client.stop();
    }

    @Test
    void theServerIsLeftWhenTheTokenIsCancelled() throws Exception {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        JettyCalls.abortWith(source.token(), client.newRequest(server.uri()))
                .send(result -> complete(failure, result));
        assertThat(server.started.poll(30, TimeUnit.SECONDS)).isNotNull();

        source.cancel(ENOUGH);

        assertThat(failure.get(30, TimeUnit.SECONDS))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("enough");
        assertThat(server.stopped.poll(30, TimeUnit.SECONDS)).isInstanceOf(ClientLoss.class);
    }

    @Test
    void nothingIsSentForATokenThatIsCancelled() {
        source.cancel(ENOUGH);
        Request request = JettyCalls.abortWith(source.token(), client.newRequest(server.uri()));

        assertThatThrownBy(request::send)
                .isInstanceOf(CancellationException.class)
                .hasStackTraceContaining("enough"); // in its message or its cause's
        assertThat(server.started).isEmpty();
    }

    @Test
    void aRequestIsToldTheRemainingTimeAndEndsWithIt() {
        source.setDeadline(Deadline.after(Duration.ofSeconds(2), () -> 0));

        Request request =
                JettyCalls.withRemainingTime(
                        source.token(),
                        RemainingTime.in("Request-Timeout"),
                        client.newRequest(server.uri()));

        assertThat(request.getHeaders().get("Request-Timeout")).isEqualTo("2");
        assertThat(request.getTimeout()).isEqualTo(2000);
    }

    @Test
    void withoutADeadlineNothingIsAdded() {
        Request request =
                JettyCalls.withRemainingTime(
                        CancellationToken.none(),
                        RemainingTime.in("Request-Timeout"),
                        client.newRequest(server.uri()));

        assertThat(request.getHeaders().contains("Request-Timeout")).isFalse();
        assertThat(request.getTimeout()).isZero();
    }

    private static void complete(CompletableFuture<Throwable> failure, Result result) {
        if (result.isFailed()) failure.complete(result.getFailure());
        else failure.completeExceptionally(new AssertionError("answered " + result.getResponse()));
    }
}
