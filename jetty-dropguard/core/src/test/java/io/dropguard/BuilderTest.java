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
    private static final String KEYS = GuardOptions.ALL.keys().toString();

    private final DropGuard.Builder builder = DropGuard.builder();

    @ParameterizedTest
    @CsvSource({
        "behind-proxy, nginx",
        "behind-proxy, haproxy",
        "behind-proxy, caddy",
        "behind-proxy, envoy",
        "behind-proxy, aws-alb",
        "behind-proxy, none",
        "behind-proxy, 75s",
        "drain-timeout, none",
        "drain-timeout, 0s",
        "drain-timeout, 20s",
        "half-close, probe",
        "half-close, loss",
        "half-close, ignore",
        "idle-grace, 0s",
        "idle-grace, 500ms",
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
        "keep-alive-header, true",
        "keep-alive-header, false",
        "keep-alive-timeout-margin, 0s",
        "keep-alive-timeout-margin, 2s",
        "max-age, none",
        "max-age, 1h",
        "max-requests, 0",
        "max-requests, 1000",
        "pre-stop-delay, 0s",
        "pre-stop-delay, 10s",
        "http2-ping-interval, 0s",
        "http2-ping-interval, 10s",
        "http2-ping-timeout, 10s",
        "keepalive-count, 1",
        "keepalive-count, 127",
        "keepalive-idle, 0s",
        "keepalive-idle, 10s",
        "keepalive-interval, 5s",
        "kernel-view-interval, 0s",
        "kernel-view-interval, 1s",
        "queue-order, fifo",
        "queue-order, newest-first",
        "read-ahead, 1",
        "read-ahead, 16384",
        "read-ahead, 16KiB",
        "read-ahead, 16MiB",
        "reuse-port, true",
        "tcp-quick-ack, true",
        "tcp-user-timeout, 0s",
        "tcp-user-timeout, 25s",
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
                "behind-proxy | squid | behind-proxy: squid (expected: nginx, haproxy, caddy,"
                        + " envoy, aws-alb, none or a time > 0 such as 75s)",
                "behind-proxy | 0s | behind-proxy: 0s (expected: nginx, haproxy, caddy, envoy,"
                        + " aws-alb, none or a time > 0 such as 75s)",
                "drain-timeout | -1s | drain-timeout: PT-1S (expected: >= 0)",
                "idle-grace  | -1s     | idle-grace: PT-1S (expected: >= 0)",
                "keep-alive-header | on | keep-alive-header: on (expected: true or false)",
                "keep-alive-timeout-margin | -1s | keep-alive-timeout-margin: PT-1S (expected: >="
                        + " 0)",
                "max-age     | 0s      | max-age: PT0S (expected: > 0)",
                "max-requests | -1     | max-requests: -1 (expected: >= 0)",
                "pre-stop-delay | -1s  | pre-stop-delay: PT-1S (expected: >= 0)",
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
                "keepalive-count | 0 | keepalive-count: 0 (expected: 1..127)",
                "keepalive-idle | 500ms | keepalive-idle: PT0.5S (expected: whole seconds, 1s to"
                        + " 32767s)",
                "kernel-view-interval | 1ms | kernel-view-interval: PT0.001S (expected: 0, or >="
                        + " PT0.1S and <= PT24H)",
                "reuse-port  | yes     | reuse-port: yes (expected: true or false)",
                "tcp-user-timeout | -1s | tcp-user-timeout: PT-1S (expected: >= 0 and <= PT24H)",
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
