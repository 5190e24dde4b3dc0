package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a blocking servlet hears of its lost client. */
class BlockingServletTest {
    private final CountDownLatch started = new CountDownLatch(1);
    private final BlockingQueue<ClientLoss> told = new LinkedBlockingQueue<>();
    private final CompletableFuture<String> outcome = new CompletableFuture<>();

    @ParameterizedTest
    @MethodSource("io.dropguard.servlet.AsyncListenerTest#everywhere")
    void itsThreadIsInterruptedAndItsListenersToldOnce(Stack stack, Protocol protocol)
            throws Exception {
        DropGuard guard = DropGuard.builder().watchDelay(Duration.ZERO).build();
        Service service =
                (request, response) -> {
                    ServletGuard.addListener(request, told::add);
                    work();
                    ServletGuard.addListener(request, told::add); // late: told at once
                };
        try (TestServer server =
                        stack.server(protocol, Service.servlet(service))
                                .threads(Stack.newestThreads())
                                .guardedBy(guard::installOn)
                                .start();
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
            client.leave(Departure.RST);
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("interrupted");
            assertThat(told.poll(20, TimeUnit.SECONDS).signal()).isEqualTo(Signal.RST);
            assertThat(told.poll(20, TimeUnit.SECONDS).signal()).isEqualTo(Signal.RST);
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
            assertThat(told).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void itIsNotInterruptedIfTheServerOrTheExchangeSaysSo(Stack stack) throws Exception {
        notInterrupted(stack, DropGuard.builder().interrupt(false).build(), request -> {});
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void itIsNotInterruptedIfItSaysSo(Stack stack) throws Exception {
        notInterrupted(
                stack, DropGuard.create(), request -> ServletGuard.setInterrupt(request, false));
    }

    private interface Preparation {
        void of(HttpServletRequest request);
    }

    private void notInterrupted(Stack stack, DropGuard guard, Preparation preparation)
            throws Exception {
        Service service =
                (request, response) -> {
                    preparation.of(request);
                    CountDownLatch lost = new CountDownLatch(1);
                    ServletGuard.addListener(request, loss -> lost.countDown());
                    started.countDown();
                    try {
                        outcome.complete(lost.await(20, TimeUnit.SECONDS) ? "told" : "not told");
                    } catch (InterruptedException stopped) {
                        outcome.complete("interrupted");
                    }
                };
        try (TestServer server =
                        stack.server(Protocol.HTTP_1, Service.servlet(service))
                                .guardedBy(guard::installOn)
                                .start();
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
            client.leave(Departure.FIN);
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo("told");
            await().untilAsserted(() -> assertThat(guard.statistics().active()).isZero());
            assertThat(guard.statistics().interrupts()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void aServerThatIsNotGuardedSaysSo(Stack stack) throws Exception {
        CompletableFuture<HttpServletRequest> asked = new CompletableFuture<>();
        Service service =
                (request, response) -> {
                    assertThat(ServletGuard.isGuarded(request)).isFalse();
                    for (Preparation accessor :
                            new Preparation[] {
                                ServletGuard::token,
                                ServletGuard::loss,
                                each -> ServletGuard.setInterrupt(each, true),
                                each -> ServletGuard.addListener(each, told::add)
                            })
                        assertThatIllegalStateException()
                                .isThrownBy(() -> accessor.of(request))
                                .withMessageContaining("not guarded")
                                .withMessageContaining("installOn");
                    asked.complete(request);
                };
        try (TestServer server = stack.server(Protocol.HTTP_1, Service.servlet(service)).start();
                TestClient client = TestClient.connect(server)) {
            client.get("/");
            assertThat(asked.get(20, TimeUnit.SECONDS)).isNotNull();
        }
    }

    private void work() {
        started.countDown();
        try {
            outcome.complete(
                    new CountDownLatch(1).await(20, TimeUnit.SECONDS) ? "released" : "forgotten");
        } catch (InterruptedException stopped) {
            outcome.complete("interrupted");
        }
    }
}
