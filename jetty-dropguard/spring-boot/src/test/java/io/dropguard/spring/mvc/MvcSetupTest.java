package io.dropguard.spring.mvc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Cancelled;
import io.dropguard.exchange.ResponsePolicy;
import io.dropguard.spring.CurrentToken;
import io.dropguard.spring.Heartbeat;
import io.dropguard.spring.ResponseDeadline;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.method.HandlerMethod;

/** What needs no server. */
class MvcSetupTest {
    private final HandlerPolicies policies =
            new HandlerPolicies(text -> text.replace("${deadline}", "3s"));

    @Test
    void aMethodsAnnotationTakesThePlaceOfItsClasses() throws Exception {
        assertThat(policies.options(method("inherits")))
                .isEqualTo(Map.of("response-deadline", "3s", "response-deadline-headers", "A,B"));
        assertThat(policies.options(method("own")))
                .isEqualTo(
                        Map.of(
                                "response-deadline", "none",
                                "response-deadline-status", "504",
                                "heartbeat", "auto",
                                "heartbeat-interval", "5s",
                                "heartbeat-content-type", "application/json"));
    }

    @Test
    void whatIsLeftOutStaysAsItIsConfigured() throws Exception {
        ResponsePolicy server = ResponsePolicy.NONE.withDeadlineStatus(599);

        ResponsePolicy composed = policies.compose(server, policies.options(method("inherits")));

        assertThat(composed.deadline()).isEqualTo(Duration.ofSeconds(3));
        assertThat(composed.deadlineStatus()).isEqualTo(599);
    }

    @Test
    void anAnnotationThatDoesNotFitIsToldWithItsMethod() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policies.options(method("wrong")))
                .withMessageContaining("Annotated#wrong")
                .withMessageContaining("heartbeat-interval: soon (expected: a time such as");
    }

    @ParameterizedTest
    @CsvSource({
        "/report, /report",
        "/report/{id}, /report/*",
        "/report/{id}/pages, /report/*",
        "/{id}, /*",
        "/app/r*/x, /app/*",
        "/files/**, /files/*",
        "'', /",
    })
    void aMappingIsAServletsPatternThatMatchesNoLess(String mapping, String pattern) {
        assertThat(GuardedMvc.servletPattern(mapping)).isEqualTo(pattern);
    }

    @Test
    void contextPropagationTakesTheTokenToOtherThreads() throws Exception {
        CancellationToken token = new CancellationSource().token();
        ContextSnapshot snapshot;
        try (CurrentToken.Scope scope = CurrentToken.open(token)) {
            snapshot = ContextSnapshotFactory.builder().build().captureAll();
        }
        assertThat(CurrentToken.get()).isSameAs(CancellationToken.none());

        CompletableFuture<CancellationToken> seen =
                CompletableFuture.supplyAsync(
                        () -> {
                            try (ContextSnapshot.Scope scope = snapshot.setThreadLocals()) {
                                return CurrentToken.get();
                            }
                        });

        assertThat(seen.get(20, SECONDS)).isSameAs(token);
    }

    @Test
    void aTaskThatWasNotBegunIsCancelledForThoseWhoWaitForIt() {
        CancellationSource source = new CancellationSource();
        FutureTask<String> task = new FutureTask<>(() -> "done");
        Runnable decorated;
        try (CurrentToken.Scope scope = CurrentToken.open(source.token())) {
            decorated = new TokenTaskDecorator().decorate(task);
        }
        source.cancel(new Cancelled("test"));

        decorated.run();

        assertThat(task).isCancelled();
    }

    @Test
    void aTaskThatIsNoFutureIsRunAndFindsItselfInterrupted() {
        CancellationSource source = new CancellationSource();
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Runnable decorated;
        try (CurrentToken.Scope scope = CurrentToken.open(source.token())) {
            decorated =
                    new TokenTaskDecorator()
                            .decorate(
                                    () -> {
                                        interrupted.complete(
                                                Thread.currentThread().isInterrupted());
                                        throw new CancellationException("as it should");
                                    });
        }
        source.cancel(new Cancelled("test"));

        decorated.run();

        assertThat(interrupted).isCompletedWithValue(true);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aTaskOfNoRequestIsLeftAsItIs() {
        Runnable task = () -> {};

        assertThat(new TokenTaskDecorator().decorate(task)).isSameAs(task);
    }

    private static HandlerMethod method(String name) throws NoSuchMethodException {
        return new HandlerMethod(new Annotated(), name);
    }

    @ResponseDeadline(
            value = "${deadline}",
            headers = {"A", "B"})
    static class Annotated {
        public void inherits() {}

        @GetMapping(produces = "application/json")
        @Heartbeat(interval = "5s")
        @ResponseDeadline(value = "none", status = 504)
        public void own() {}

        @Heartbeat(interval = "soon")
        public void wrong() {}
    }
}
