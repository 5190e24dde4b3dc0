package io.dropguard.downstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.Cancelled;
import io.dropguard.cancel.ClientLoss;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class HttpCallsTest {
    private static final Cancelled ENOUGH = new Cancelled("enough");

    private final CancellationSource source = new CancellationSource();
    private SlowServer server;

    @BeforeEach
    void start() throws Exception {
        server = SlowServer.waiting();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void theServerIsLeftWhenTheTokenIsCancelled(Version version) throws Exception {
        CompletableFuture<HttpResponse<Void>> sent =
                HttpCalls.sendAsync(
                        source.token(), client(version), request(), BodyHandlers.discarding());
        serverHasBegun();

        source.cancel(ENOUGH);

        assertThatThrownBy(() -> sent.get(30, TimeUnit.SECONDS))
                .hasStackTraceContaining(CancellationException.class.getName());
        assertThat(reasonOfServer()).isInstanceOf(ClientLoss.class);
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void theServerIsLeftWhenAStageThatDependsOnItIsLinked(Version version) throws Exception {
        CompletableFuture<Integer> status =
                source.token()
                        .link(
                                client(version)
                                        .sendAsync(request(), BodyHandlers.ofString())
                                        .thenApply(HttpResponse::statusCode)
                                        .thenApply(code -> code + 1));
        serverHasBegun();

        source.cancel(ENOUGH);

        assertThatThrownBy(() -> status.get(30, TimeUnit.SECONDS))
                .hasStackTraceContaining(CancellationException.class.getName());
        assertThat(reasonOfServer()).isInstanceOf(ClientLoss.class);
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void whoWaitsForTheResponseIsToldWhyThereIsNone(Version version) throws Exception {
        CompletableFuture<HttpResponse<Void>> answer = new CompletableFuture<>();
        Executors.newSingleThreadExecutor()
                .execute(
                        () -> {
                            try {
                                answer.complete(
                                        HttpCalls.send(
                                                source.token(),
                                                client(version),
                                                request(),
                                                BodyHandlers.discarding()));
                            } catch (Throwable failure) {
                                answer.completeExceptionally(failure);
                            }
                        });
        serverHasBegun();

        source.cancel(ENOUGH);

        assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
                .isInstanceOf(CancellationException.class);
        assertThat(reasonOfServer()).isInstanceOf(ClientLoss.class);
    }

    @Test
    void theServerIsLeftWhenTheThreadThatWaitsIsInterrupted() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread waiting =
                new Thread(
                        () -> {
                            try {
                                HttpCalls.send(
                                        source.token(),
                                        client(Version.HTTP_1_1),
                                        request(),
                                        BodyHandlers.discarding());
                            } catch (Throwable failure) {
                                thrown.complete(failure);
                            }
                        });
        waiting.start();
        serverHasBegun();

        waiting.interrupt();

        assertThat(thrown.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        assertThat(reasonOfServer()).isInstanceOf(ClientLoss.class);
    }

    @Test
    void nothingIsSentForATokenThatIsCancelled() {
        source.cancel(ENOUGH);

        assertThatThrownBy(
                        () ->
                                HttpCalls.send(
                                        source.token(),
                                        client(Version.HTTP_1_1),
                                        request(),
                                        BodyHandlers.discarding()))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("enough");
        assertThat(server.started).isEmpty();
    }

    /**
     * One that is connected: Jetty does not read a connection while it handles the request that has
     * upgraded it to HTTP/2, and blocks.
     */
    private HttpClient client(Version version) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder().version(version).build();
        HttpRequest ready = HttpRequest.newBuilder(server.uri().resolve("/ready")).build();
        assertThat(client.send(ready, BodyHandlers.discarding()).version()).isEqualTo(version);
        return client;
    }

    private HttpRequest request() {
        return HttpRequest.newBuilder(server.uri()).build();
    }

    private void serverHasBegun() throws InterruptedException {
        assertThat(server.started.poll(30, TimeUnit.SECONDS)).isNotNull();
    }

    private CancellationReason reasonOfServer() throws InterruptedException {
        return server.stopped.poll(30, TimeUnit.SECONDS);
    }
}
