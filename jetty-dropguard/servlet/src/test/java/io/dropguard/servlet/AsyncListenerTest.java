package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.dropguard.DropGuard;
import io.dropguard.exchange.ClientLostException;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A lost client reaches the async servlet natively: onError, exactly once per cycle. */
class AsyncListenerTest {
    private final DropGuard guard = DropGuard.builder().watchDelay(Duration.ZERO).build();

    static Stream<Arguments> everywhere() {
        List<Arguments> all = new ArrayList<>();
        for (Stack stack : Stack.values())
            for (Protocol protocol : Protocol.values()) all.add(Arguments.of(stack, protocol));
        return all.stream();
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("everywhere")
    void aWaitingServletHearsOfTheLossOnce(Stack stack, Protocol protocol) throws Exception {
        Recorder recorder = Recorder.completing();
        CountDownLatch started = new CountDownLatch(1);
        Service service =
                (request, response) -> {
                    AsyncContext context = request.startAsync();
                    context.setTimeout(0);
                    context.addListener(recorder);
                    started.countDown();
                };
        try (TestServer server = start(stack, protocol, service);
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            awaitLatch(started);
            client.leave(Departure.RST);
            assertThat(recorder.awaitError()).isInstanceOf(ClientLostException.class);
            recorder.awaitCompletion();
            awaitOver();
            assertThat(recorder.surplus()).isEmpty();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("everywhere")
    void aLossBeforeServiceReturnsIsHeardOnceItHas(Stack stack, Protocol protocol)
            throws Exception {
        Recorder recorder = Recorder.completing();
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Service service =
                (request, response) -> {
                    AsyncContext context = request.startAsync();
                    context.setTimeout(0);
                    context.addListener(recorder);
                    started.countDown();
                    try {
                        // still within service() when the loss comes
                        interrupted.complete(new CountDownLatch(1).await(20, TimeUnit.SECONDS));
                    } catch (InterruptedException stopped) {
                        interrupted.complete(recorder.surplus().isEmpty());
                    }
                };
        try (TestServer server = start(stack, protocol, service);
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            awaitLatch(started);
            client.leave(Departure.FIN);
            assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(recorder.awaitError()).isInstanceOf(ClientLostException.class);
            recorder.awaitCompletion();
            awaitOver();
            assertThat(recorder.surplus()).isEmpty();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("everywhere")
    void aLossWithinAnAsyncDispatchInterruptsItAndReachesTheNextCycle(
            Stack stack, Protocol protocol) throws Exception {
        Recorder first = Recorder.completing();
        Recorder second = Recorder.completing();
        CountDownLatch dispatched = new CountDownLatch(1);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Service service =
                (request, response) -> {
                    if (request.getDispatcherType() != DispatcherType.ASYNC) {
                        AsyncContext context = request.startAsync();
                        context.setTimeout(0);
                        context.addListener(first);
                        context.dispatch();
                        return;
                    }
                    dispatched.countDown();
                    try {
                        interrupted.complete(!new CountDownLatch(1).await(20, TimeUnit.SECONDS));
                    } catch (InterruptedException stopped) {
                        interrupted.complete(true);
                    }
                    AsyncContext again = request.startAsync();
                    again.setTimeout(0);
                    again.addListener(second);
                };
        try (TestServer server = start(stack, protocol, service);
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            awaitLatch(dispatched);
            client.leave(Departure.FIN);
            assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(second.awaitError()).isInstanceOf(ClientLostException.class);
            second.awaitCompletion();
            awaitOver();
            assertThat(second.surplus()).isEmpty();
            assertThat(guard.statistics().interrupts()).isEqualTo(1);
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("everywhere")
    void aListenerThatDispatchesAnewIsToldInTheNextCycleToo(Stack stack, Protocol protocol)
            throws Exception {
        AtomicBoolean dispatched = new AtomicBoolean();
        Recorder first =
                new Recorder(
                        event -> {
                            if (dispatched.compareAndSet(false, true))
                                event.getAsyncContext().dispatch();
                        });
        Recorder second = Recorder.completing();
        CountDownLatch started = new CountDownLatch(1);
        Service service =
                (request, response) -> {
                    boolean again = request.getDispatcherType() == DispatcherType.ASYNC;
                    AsyncContext context = request.startAsync();
                    context.setTimeout(0);
                    context.addListener(again ? second : first);
                    started.countDown();
                };
        try (TestServer server = start(stack, protocol, service);
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            awaitLatch(started);
            client.leave(Departure.FIN);
            assertThat(first.awaitError()).isInstanceOf(ClientLostException.class);
            assertThat(second.awaitError()).isInstanceOf(ClientLostException.class);
            second.awaitCompletion();
            awaitOver();
            assertThat(second.surplus()).isEmpty();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("everywhere")
    void aListenerThatDoesNothingIsToldOnceAndTheServerEndsTheRequest(
            Stack stack, Protocol protocol) throws Exception {
        Recorder recorder = new Recorder(event -> {});
        CountDownLatch started = new CountDownLatch(1);
        Service service =
                (request, response) -> {
                    AsyncContext context = request.startAsync();
                    context.setTimeout(0);
                    context.addListener(recorder);
                    started.countDown();
                };
        try (TestServer server = start(stack, protocol, service);
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            awaitLatch(started);
            client.leave(Departure.RST);
            assertThat(recorder.awaitError()).isInstanceOf(ClientLostException.class);
            recorder.awaitCompletion();
            awaitOver();
            assertThat(recorder.surplus()).isEmpty();
        }
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @MethodSource("everywhere")
    void aCompletionThatRacesTheLossCompletesOnce(Stack stack, Protocol protocol) throws Exception {
        int trials = 40;
        List<Recorder> recorders = new ArrayList<>();
        List<CompletableFuture<AsyncContext>> contexts = new ArrayList<>();
        for (int i = 0; i < trials; i++) {
            contexts.add(new CompletableFuture<>());
            recorders.add(
                    new Recorder(
                            event -> {
                                try {
                                    event.getAsyncContext().complete();
                                } catch (IllegalStateException completed) {
                                    assertThat(completed).isNotNull(); // the other was first
                                }
                            }));
        }
        Service service =
                (request, response) -> {
                    int trial = Integer.parseInt(request.getQueryString());
                    AsyncContext context = request.startAsync();
                    context.setTimeout(0);
                    context.addListener(recorders.get(trial));
                    contexts.get(trial).complete(context);
                };
        try (TestServer server = start(stack, protocol, service)) {
            for (int i = 0; i < trials; i++) {
                try (TestClient client = TestClient.connect(server)) {
                    client.get("/?" + i);
                    AsyncContext context = contexts.get(i).get(20, TimeUnit.SECONDS);
                    client.leave(Departure.RST);
                    if (i % 2 == 0) // the loss first; otherwise whichever is faster
                    assertThat(recorders.get(i).awaitError())
                                .isInstanceOf(ClientLostException.class);
                    try {
                        context.complete();
                    } catch (IllegalStateException completed) {
                        assertThat(completed).isNotNull(); // the listener was first
                    }
                    recorders.get(i).awaitCompletion();
                }
            }
            awaitOver();
            for (Recorder recorder : recorders)
                assertThat(recorder.surplus()).hasSizeLessThanOrEqualTo(1); // at most the one error
        }
    }

    private TestServer start(Stack stack, Protocol protocol, Service service) throws Exception {
        return stack.server(protocol, Service.servlet(service)).guardedBy(guard::installOn).start();
    }

    private void awaitOver() {
        await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
    }

    private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
