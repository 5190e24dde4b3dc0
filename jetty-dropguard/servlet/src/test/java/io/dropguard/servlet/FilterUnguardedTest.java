package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.DeadlineExpired;
import io.dropguard.testkit.LoggedByJetty;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A filter in a server that nobody has guarded. */
@Timeout(60)
class FilterUnguardedTest {

    @ParameterizedTest
    @EnumSource(Stack.class)
    void itWarnsOnceForAContext(Stack stack) throws Exception {
        try (LoggedByJetty logged = new LoggedByJetty()) {
            try (FilteredServer server =
                    new FilteredServer(stack)
                            .filter("/a/*", "heartbeat", "auto")
                            .filter("/b/*", "heartbeat", "auto")
                            .servlet("/", (request, response) -> {})
                            .start()) {
                server.get("/a/x");
                server.get("/b/x");
            }
            assertThat(logged.text().split("The server is not guarded", -1)).hasSize(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void heartbeatsGoBeforeTheResponse(Stack stack) throws Exception {
        CountDownLatch beaten = new CountDownLatch(1);
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*", "heartbeat", "auto", "heartbeat-interval", "20ms")
                        .servlet(
                                "/",
                                (request, response) -> {
                                    response.setContentType("application/json");
                                    beaten.await();
                                    response.getWriter().print("{\"a\":1}");
                                })
                        .start()) {
            try (var client = server.request("/", "Accept-Encoding: gzip")) {
                String begun = FilteredServer.readUntil(client, " \r\n1\r\n \r\n");
                assertThat(begun)
                        .startsWith("HTTP/1.1 200 ")
                        .contains("Content-Type: application/json");
                beaten.countDown();
                assertThat(FilteredServer.readUntil(client, "\r\n0\r\n\r\n")).contains("{\"a\":1}");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void aHeartbeatFindsOutThatTheClientHasLeftAndTheWorkStops(Stack stack) throws Exception {
        CompletableFuture<CancellationReason> reason = new CompletableFuture<>();
        CountDownLatch started = new CountDownLatch(1);
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*", "heartbeat", "auto", "heartbeat-interval", "20ms")
                        .servlet(
                                "/",
                                (request, response) -> {
                                    response.setContentType("application/json");
                                    started.countDown();
                                    try {
                                        new Never().await();
                                    } finally { // it was interrupted
                                        ServletGuard.token(request)
                                                .reason()
                                                .ifPresent(reason::complete);
                                    }
                                })
                        .start()) {
            try (var client = server.request("/")) {
                assertThat(client.isConnected()).isTrue();
                started.await();
            }
            assertThat(reason.get(30, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            ClientLoss.class,
                            loss ->
                                    assertThat(loss.signal())
                                            .isEqualTo(ClientLoss.Signal.WRITE_FAILED));
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void aBlockingServletIsHeldToItsDeadline(Stack stack) throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        CompletableFuture<CancellationReason> reason = new CompletableFuture<>();
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*", "response-deadline", "30ms")
                        .servlet(
                                "/",
                                (request, response) -> {
                                    try {
                                        new Never().await();
                                    } catch (InterruptedException stopped) {
                                        interrupted.set(true);
                                        ServletGuard.token(request)
                                                .reason()
                                                .ifPresent(reason::complete);
                                        throw stopped;
                                    }
                                })
                        .start()) {
            assertThat(server.get("/"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("deadline of 30 ms expired");
            assertThat(reason.get(30, TimeUnit.SECONDS)).isInstanceOf(DeadlineExpired.class);
            assertThat(interrupted).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void anAsyncServletIsHeldToItsDeadlineAndItsListenerHears(Stack stack) throws Exception {
        CompletableFuture<Throwable> heard = new CompletableFuture<>();
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*", "response-deadline", "30ms")
                        .servlet(
                                "/",
                                (request, response) -> {
                                    AsyncContext context = request.startAsync();
                                    context.setTimeout(0);
                                    context.addListener(new CompleteOnError(heard));
                                })
                        .start()) {
            assertThat(server.get("/")).startsWith("HTTP/1.1 503 ");
            assertThat(heard.get(30, TimeUnit.SECONDS)).hasMessageContaining("30 ms");
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void itsContextCanBeStoppedAndStartedAgain(Stack stack) throws Exception {
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*", "response-deadline", "30ms")
                        .servlet("/slow", (request, response) -> new Never().await())
                        .servlet("/", (request, response) -> response.getWriter().print("here"))
                        .start()) {
            server.server.stop();
            server.start();

            assertThat(server.get("/slow")).startsWith("HTTP/1.1 503 ");
            assertThat(server.get("/")).contains("here");
        }
    }

    private record CompleteOnError(CompletableFuture<Throwable> heard) implements AsyncListener {
        @Override
        public void onError(AsyncEvent event) {
            heard.complete(event.getThrowable());
            event.getAsyncContext().complete();
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
