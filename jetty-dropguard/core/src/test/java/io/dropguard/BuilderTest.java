package io.dropguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuilderTest {
    private static final String KEYS = DropGuard.Builder.OPTIONS.keys().toString();

    private final DropGuard.Builder builder = DropGuard.builder();

    @ParameterizedTest
    @CsvSource({
        "half-close, probe",
        "half-close, loss",
        "half-close, ignore",
        "min-rate-headers, 500",
        "min-rate-request-body, 1KiB",
        "min-rate-response-body, none",
        "min-rate-grace, 20s",
        "stuck-handshaking, 10s",
        "stuck-idle, none",
        "stuck-reading-headers, 40s",
        "stuck-reading-body, PT1M",
        "stuck-computing, 365d",
        "stuck-writing, 1ms",
        "stuck-lingering, 1m",
        "stuck-action, log",
        "stuck-action, shutdown",
        "stuck-action-reading-headers, shutdown",
        "stuck-interrupt, 2m",
        "stuck-interrupt, none",
        "interrupt, true",
        "interrupt, false",
        "queue-order, fifo",
        "queue-order, newest-first",
        "read-ahead, 1",
        "read-ahead, 16384",
        "read-ahead, 16KiB",
        "read-ahead, 16MiB",
        "watch-delay, 0ms",
        "watch-delay, 5ms",
        "watch-delay, 60s",
        "watch-delay, PT1M",
    })
    void everyKeyTakesItsValues(String key, String value) {
        assertThat(builder.set(key, value)).isSameAs(builder);
        assertThat(builder.build()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "half-close  | maybe   | half-close: maybe (expected: probe, loss, ignore)",
                "stuck-idle  | 0s      | stuck-idle: PT0S (expected: > 0 and <= PT8760H, or none)",
                "stuck-idle  | 366d    | stuck-idle: PT8784H (expected: > 0 and <= PT8760H, or"
                        + " none)",
                "stuck-idle  | never   | stuck-idle: never (expected: a time such as 500ms, 10s, 5m"
                        + " or PT10S)",
                "stuck-interrupt | -1s | stuck-interrupt: PT-1S (expected: > 0 and <= PT8760H, or"
                        + " none)",
                "stuck-action | kill   | stuck-action: kill (expected: log, shutdown)",
                "stuck-action-idle | - | stuck-action-idle: - (expected: log, shutdown)",
                "min-rate-headers | 0  | min-rate-headers: 0 (expected: > 0 bytes/s, or none)",
                "min-rate-response-body | -5 | min-rate-response-body: -5 (expected: > 0 bytes/s,"
                        + " or none)",
                "min-rate-request-body | fast | min-rate-request-body: fast (expected: bytes such"
                        + " as 16384, 16KiB or 1MiB)",
                "min-rate-grace | 0s   | min-rate-grace: PT0S (expected: > 0 and <= PT8760H, or"
                        + " none)",
                "interrupt   | yes     | interrupt: yes (expected: true or false)",
                "queue-order | lifo    | queue-order: lifo (expected: fifo, newest-first)",
                "read-ahead  | 0       | read-ahead: 0 (expected: 1..16777216 bytes)",
                "read-ahead  | -1KiB   | read-ahead: -1024 (expected: 1..16777216 bytes)",
                "read-ahead  | 17MiB   | read-ahead: 17825792 (expected: 1..16777216 bytes)",
                "read-ahead  | lots    | read-ahead: lots (expected: bytes such as 16384, 16KiB or"
                        + " 1MiB)",
                "watch-delay | -5ms    | watch-delay: PT-0.005S (expected: >= 0 and <= PT1M)",
                "watch-delay | 2m      | watch-delay: PT2M (expected: >= 0 and <= PT1M)",
                "watch-delay | 5       | watch-delay: 5 (expected: a time such as 500ms, 10s, 5m"
                        + " or PT10S)",
            })
    void aValueThatDoesNotFitIsRefusedWithTheValueAndWhatWasExpected(
            String key, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.set(key, value))
                .withMessage(message);
        assertThat(builder.build()).as("the builder is as it was").isNotNull();
    }

    @Test
    void optionsThatAreCheckedAgainstEachOtherComeInAnyOrder() {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("heartbeat-content-type", "application/xml");
        options.put("heartbeat-xml", "true");

        assertThat(builder.setAll(options))
                .usingRecursiveComparison()
                .isEqualTo(
                        DropGuard.builder()
                                .set("heartbeat-xml", "true")
                                .set("heartbeat-content-type", "application/xml"));
    }

    @ParameterizedTest
    @CsvSource({
        "watch-dely, watch-delay",
        "watch_delay, watch-delay",
        "watchDelay, watch-delay",
        "WATCH-DELAY, watch-delay",
        "wacth-delay, watch-delay",
        "interupt, interrupt",
        "half-closed, half-close",
        "halfclose, half-close",
        "read-ahaed, read-ahead",
        "queue-oder, queue-order",
    })
    void anUnknownKeyIsAnsweredWithTheOneThatWasProbablyMeant(String key, String meant) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.set(key, "1"))
                .withMessage(
                        key
                                + ": unknown option (expected: one of "
                                + KEYS
                                + "; did you mean "
                                + meant
                                + "?)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "timeout", "delay", "pulse", "close", "dropguard"})
    void aKeyThatIsLikeNoneIsAnsweredWithAllOfThem(String key) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.set(key, "1"))
                .withMessage(key + ": unknown option (expected: one of " + KEYS + ")");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> builder.set(null, "1"))
                .withMessage("key");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.set("watch-delay", null))
                .withMessage("watch-delay");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.halfClose(null))
                .withMessage("half-close");
        assertThatNullPointerException()
                .isThrownBy(() -> builder.queueOrder(null))
                .withMessage("queue-order");
    }

    @Test
    void theMethodsRefuseWhatTheKeysRefuse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.watchDelay(Duration.ofMillis(-5)))
                .withMessage("watch-delay: PT-0.005S (expected: >= 0 and <= PT1M)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.readAhead(0))
                .withMessage("read-ahead: 0 (expected: 1..16777216 bytes)");
    }
}
