package io.dropguard.cancel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CancellationReasonTest {
    private static final Duration NEGATIVE = Duration.ofMillis(-1);

    @Test
    void everyReasonDescribesItselfInOneLine() {
        assertThat(
                        new ClientLoss(Signal.RST, Duration.ofMillis(12), Instant.EPOCH, null)
                                .describe())
                .isEqualTo("client lost (RST) after 12 ms");
        assertThat(new DeadlineExpired(Duration.ofSeconds(2)).describe())
                .isEqualTo("deadline of 2000 ms expired");
        assertThat(new StuckConnection("WRITING", Duration.ofSeconds(30)).describe())
                .isEqualTo("connection stuck in WRITING for 30000 ms");
        assertThat(new ServerStopping().describe()).isEqualTo("server stopping");
        assertThat(new Cancelled("superseded").describe()).isEqualTo("cancelled: superseded");
    }

    @Test
    void whatThePeerSentIsNotInTheDescription() {
        IOException failure = new IOException("from the\r\npeer");

        assertThat(new ClientLoss(Signal.RST, Duration.ZERO, Instant.EPOCH, failure).describe())
                .isEqualTo("client lost (RST) after 0 ms");
    }

    @Test
    void aNegativeTimeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ClientLoss(Signal.FIN, NEGATIVE, Instant.EPOCH, null))
                .withMessage("after: PT-0.001S (expected: >= 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeadlineExpired(NEGATIVE))
                .withMessage("timeout: PT-0.001S (expected: >= 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StuckConnection("READING", NEGATIVE))
                .withMessage("after: PT-0.001S (expected: >= 0)");
    }

    @Test
    void aTimeOfZeroIsFine() {
        assertThat(new ClientLoss(Signal.FIN, Duration.ZERO, Instant.EPOCH, null).after()).isZero();
        assertThat(new DeadlineExpired(Duration.ZERO).timeout()).isZero();
        assertThat(new StuckConnection("READING", Duration.ZERO).after()).isZero();
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> new ClientLoss(null, Duration.ZERO, Instant.EPOCH, null))
                .withMessage("signal");
        assertThatNullPointerException()
                .isThrownBy(() -> new ClientLoss(Signal.FIN, Duration.ZERO, null, null))
                .withMessage("at");
        assertThatNullPointerException()
                .isThrownBy(() -> new StuckConnection(null, Duration.ZERO))
                .withMessage("phase");
        assertThatNullPointerException().isThrownBy(() -> new Cancelled(null)).withMessage("why");
    }
}
