package io.dropguard.downstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.cancel.CancellationSource;
import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Deadline;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemainingTimeTest {
    private static final URI SERVER = URI.create("http://localhost/");

    private final AtomicLong clock = new AtomicLong();

    @ParameterizedTest
    @CsvSource({
        "Request-Timeout, 1500ms, 1.500",
        "Request-Timeout, 30000ms, 30",
        "Request-Timeout, 7ms, 0.007",
        "X-Envoy-Expected-Rq-Timeout-Ms, 1500ms, 1500",
        "grpc-timeout, 1500ms, 1500m",
        "grpc-timeout, 99999999ms, 99999999m",
        "grpc-timeout, 100000000ms, 100000S",
        "Request-Timeout, 0ms, 0.001"
    })
    void theNameOfTheHeaderImpliesItsSyntax(String header, String left, String value) {
        Duration remaining = Duration.ofMillis(Long.parseLong(left.replace("ms", "")));

        assertThat(RemainingTime.in(header).value(Deadline.after(remaining, clock::get)))
                .isEqualTo(value);
    }

    @Test
    void theTimeThatHasPassedIsNotToldAgain() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(2), clock::get);
        clock.addAndGet(1_250_000_000);

        assertThat(RemainingTime.in("Request-Timeout").value(deadline)).isEqualTo("0.750");
    }

    @Test
    void aRequestOfTheJdksClientGetsTheHeaderAndTheTimeout() {
        CancellationSource source = new CancellationSource();
        source.setDeadline(Deadline.after(Duration.ofSeconds(2), clock::get));

        HttpRequest request =
                RemainingTime.in("X-Envoy-Expected-Rq-Timeout-Ms")
                        .applyTo(HttpRequest.newBuilder(SERVER), source.token())
                        .build();

        assertThat(request.headers().firstValue("X-Envoy-Expected-Rq-Timeout-Ms")).hasValue("2000");
        assertThat(request.timeout()).hasValue(Duration.ofSeconds(2));
    }

    @Test
    void withoutADeadlineNothingIsAdded() {
        HttpRequest request =
                RemainingTime.in("Request-Timeout")
                        .applyTo(HttpRequest.newBuilder(SERVER), CancellationToken.none())
                        .build();

        assertThat(request.headers().map()).isEmpty();
        assertThat(request.timeout()).isEmpty();
    }

    @Test
    void aBlankHeaderIsRefused() {
        assertThatThrownBy(() -> RemainingTime.in(" "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: the name of a request header");
    }
}
