package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchConfigTest {
    private static final WatchConfig DEFAULT = WatchConfig.DEFAULT;

    @Test
    void theDefaultsAreThoseThatAreDocumented() {
        assertThat(DEFAULT.halfClose()).isEqualTo(HalfClose.PROBE);
        assertThat(DEFAULT.delay()).isEqualTo(Duration.ofMillis(5));
        assertThat(DEFAULT.readAhead()).isEqualTo(16_384);
    }

    @Test
    void eachChangeLeavesTheRestAndTheOriginalAlone() {
        WatchConfig changed =
                DEFAULT.withHalfClose(HalfClose.LOSS)
                        .withDelay(Duration.ofMillis(50))
                        .withReadAhead(1);

        assertThat(changed).isEqualTo(new WatchConfig(HalfClose.LOSS, Duration.ofMillis(50), 1));
        assertThat(DEFAULT.readAhead()).isEqualTo(16_384);
    }

    @Test
    void theBoundsThemselvesAreAllowed() {
        assertThat(DEFAULT.withDelay(Duration.ZERO).delay()).isZero();
        assertThat(DEFAULT.withDelay(Duration.ofMinutes(1)).delay()).hasMinutes(1);
        assertThat(DEFAULT.withReadAhead(16 * 1024 * 1024).readAhead()).isEqualTo(16_777_216);
    }

    @Test
    void whatIsBeyondThemIsRefusedWithTheValueAndWhatWasExpected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULT.withDelay(Duration.ofMillis(-5)))
                .withMessage("watch-delay: PT-0.005S (expected: >= 0 and <= PT1M)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULT.withDelay(Duration.ofMinutes(1).plusNanos(1)))
                .withMessage("watch-delay: PT1M0.000000001S (expected: >= 0 and <= PT1M)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULT.withReadAhead(0))
                .withMessage("read-ahead: 0 (expected: 1..16777216 bytes)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULT.withReadAhead(16_777_217))
                .withMessage("read-ahead: 16777217 (expected: 1..16777216 bytes)");
        assertThatNullPointerException()
                .isThrownBy(() -> DEFAULT.withHalfClose(null))
                .withMessage("half-close");
    }
}
