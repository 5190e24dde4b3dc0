package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.testkit.LoggedByJetty;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens after the work was cancelled is no news. */
@Timeout(60)
class FilterQuietTest {

    @ParameterizedTest
    @EnumSource(Stack.class)
    void whatTheApplicationThrowsAfterItsClientWasLostIsNotLogged(Stack stack) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch thrown = new CountDownLatch(1);
        try (LoggedByJetty logged = new LoggedByJetty()) {
            try (FilteredServer server =
                    new FilteredServer(stack)
                            .filter("/*")
                            .servlet(
                                    "/",
                                    (request, response) -> {
                                        started.countDown();
                                        try {
                                            new Never().await();
                                        } catch (InterruptedException stopped) {
                                            throw new IllegalStateException("cut short", stopped);
                                        } finally {
                                            thrown.countDown();
                                        }
                                    })
                            .guarded()
                            .start()) {
                try (var client = server.request("/")) {
                    assertThat(client.isConnected()).isTrue();
                    started.await();
                }
                assertThat(thrown.await(30, TimeUnit.SECONDS)).isTrue();
            } // which waits for the threads
            assertThat(logged.text()).doesNotContain("WARN").doesNotContain("cut short");
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void whatTheApplicationThrowsAfterItsDeadlineIsNotLogged(Stack stack) throws Exception {
        try (LoggedByJetty logged = new LoggedByJetty()) {
            try (FilteredServer server =
                    new FilteredServer(stack)
                            .filter("/*", "response-deadline", "20ms")
                            .servlet("/", (request, response) -> new Never().await())
                            .guarded()
                            .start()) {
                assertThat(server.get("/")).startsWith("HTTP/1.1 503 ");
            }
            assertThat(logged.text()).doesNotContain("WARN");
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void whatTheApplicationThrowsOtherwiseIsLoggedAsEver(Stack stack) throws Exception {
        try (LoggedByJetty logged = new LoggedByJetty()) {
            try (FilteredServer server =
                    new FilteredServer(stack)
                            .filter("/*")
                            .servlet(
                                    "/",
                                    (request, response) -> {
                                        throw new IllegalStateException("a real failure");
                                    })
                            .guarded()
                            .start()) {
                assertThat(server.get("/")).startsWith("HTTP/1.1 500 ");
            }
            assertThat(logged.text()).contains("WARN").contains("a real failure");
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void anAsyncDispatchOfARequestWhoseClientWasLostEndsAtOnce(Stack stack) throws Exception {
        AtomicInteger dispatched = new AtomicInteger();
        CompletableFuture<AsyncContext> begun = new CompletableFuture<>();
        CompletableFuture<Void> completed = new CompletableFuture<>();
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*")
                        .servlet(
                                "/",
                                (request, response) -> {
                                    if (request.getDispatcherType() == DispatcherType.ASYNC) {
                                        dispatched.incrementAndGet();
                                        return;
                                    }
                                    AsyncContext context = request.startAsync();
                                    context.setTimeout(0);
                                    context.addListener(new DispatchOnError(completed));
                                    begun.complete(context);
                                })
                        .guarded()
                        .start()) {
            try (var client = server.request("/")) {
                assertThat(client.isConnected()).isTrue();
                begun.get(30, TimeUnit.SECONDS);
            }
            await().untilAsserted(() -> assertThat(completed).isCompleted());
            assertThat(dispatched).hasValue(0);
        }
    }

    /** Frameworks dispatch to handle what went wrong. */
    private record DispatchOnError(CompletableFuture<Void> completed) implements AsyncListener {
        @Override
        public void onError(AsyncEvent event) {
            event.getAsyncContext().dispatch();
        }

        @Override
        public void onComplete(AsyncEvent event) {
            completed.complete(null);
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
