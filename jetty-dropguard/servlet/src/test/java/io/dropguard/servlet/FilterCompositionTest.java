package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.exchange.ResponsePolicy;
import io.dropguard.heartbeat.HeartbeatMode;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class FilterCompositionTest {
    private record Filter(String pattern, String key, String value) {}

    private static final List<Filter> FILTERS =
            List.of(
                    new Filter("/*", "response-deadline", "1s"),
                    new Filter("*.json", "response-deadline", "2s"),
                    new Filter("/report/*", "response-deadline", "3s"),
                    new Filter("/report/year/*", "response-deadline", "4s"),
                    new Filter("/report/year/1999", "response-deadline", "5s"),
                    new Filter("/report/year/*", "heartbeat", "auto"));

    @ParameterizedTest
    @CsvSource({
        "/other, 1, NONE",
        "/other.json, 2, NONE",
        "/report, 3, NONE",
        "/report/a.json, 3, NONE",
        "/report/year/2000, 4, AUTO",
        "/report/year/1999, 5, AUTO"
    })
    void theMostSpecificPatternWinsForEachParameterInWhateverOrder(
            String path, int seconds, HeartbeatMode heartbeat) throws Exception {
        List<Filter> backwards = new ArrayList<>(FILTERS);
        Collections.reverse(backwards);
        for (List<Filter> order : List.of(FILTERS, backwards))
            for (Stack stack : Stack.values()) {
                ResponsePolicy policy = policy(stack, order, path);
                assertThat(policy.deadline()).isEqualTo(Duration.ofSeconds(seconds));
                assertThat(policy.heartbeat().mode()).isEqualTo(heartbeat);
            }
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void aShortDeadlineOfALessSpecificFilterDoesNotStrikeBeforeTheLongOne(Stack stack)
            throws Exception {
        CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*", "response-deadline", "1us")
                        .filter("/slow/*", "response-deadline", "1h")
                        .servlet(
                                "/slow/*",
                                (request, response) ->
                                        cancelled.complete(
                                                ServletGuard.token(request).isCancelled()))
                        .guarded()
                        .start()) {
            assertThat(server.get("/slow/x")).startsWith("HTTP/1.1 200");
            assertThat(cancelled).isCompletedWithValue(false);
        }
    }

    @Test
    void aServletsNameIsMoreSpecificThanEverythingAndLessThanAPattern() {
        assertThat(FilterMapping.toServlet("a"))
                .isGreaterThan(FilterMapping.toPattern("/*"))
                .isLessThan(FilterMapping.toPattern("*.json"));
    }

    @ParameterizedTest
    @EnumSource(Stack.class)
    void whatNoFilterSetsStaysAsTheServersGuardHasIt(Stack stack) throws Exception {
        CompletableFuture<ResponsePolicy> seen = new CompletableFuture<>();
        DropGuard.Builder guard =
                DropGuard.builder()
                        .everywhere(p -> p.responseDeadline(Duration.ofSeconds(9)))
                        .path(
                                "/app/report/*",
                                p ->
                                        p.responseDeadline(Duration.ofSeconds(8))
                                                .responseDeadlineStatus(504));
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/*", "heartbeat", "auto", "response-deadline", "none")
                        .servlet("/", (request, response) -> seen.complete(policy(request)))
                        .guarded(guard)
                        .start()) {
            server.get("/report/x");
            assertThat(seen.join().deadline()).isNull();
            assertThat(seen.join().deadlineStatus()).isEqualTo(504);
            assertThat(seen.join().heartbeat().mode()).isEqualTo(HeartbeatMode.AUTO);
        }
    }

    private static ResponsePolicy policy(Stack stack, List<Filter> filters, String path)
            throws Exception {
        CompletableFuture<ResponsePolicy> seen = new CompletableFuture<>();
        try (FilteredServer server = new FilteredServer(stack)) {
            // Filters with the same pattern are told apart by their names.
            for (Filter filter : filters)
                server.filter(filter.pattern(), filter.key(), filter.value());
            server.servlet("/", (request, response) -> seen.complete(policy(request)));
            server.guarded().start().get(path);
            return seen.join();
        }
    }

    private static ResponsePolicy policy(HttpServletRequest request) {
        return ((GuardedExchange) request.getAttribute(GuardedExchange.ATTRIBUTE)).policy();
    }
}
