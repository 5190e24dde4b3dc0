package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class TuningConfigTest {
    private static final TuningConfig DEFAULT = TuningConfig.DEFAULT;
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void theDefaultsAreThoseThatAreDocumented() {
        assertThat(DEFAULT.keepalive()).isEqualTo(new KeepaliveConfig(s(10), s(5), 3));
        assertThat(DEFAULT.userTimeout()).isEqualTo(s(25));
        assertThat(DEFAULT.kernelView()).isEqualTo(s(1));
        assertThat(DEFAULT.ping()).isEqualTo(new PingConfig(s(10), s(10)));
        assertThat(DEFAULT.quickAck()).isFalse();
        assertThat(DEFAULT.reusePort()).isFalse();
    }

    @Test
    void withTheDefaultsAVanishedClientIsNoticedWithinThirtySeconds() {
        KeepaliveConfig keepalive = DEFAULT.keepalive();
        Duration inAll =
                keepalive.idle().plus(keepalive.interval().multipliedBy(keepalive.count()));
        assertThat(inAll).isLessThan(s(30));
        assertThat(DEFAULT.userTimeout().plus(DEFAULT.kernelView())).isLessThan(s(30));
        assertThat(DEFAULT.ping().interval().plus(DEFAULT.ping().timeout())).isLessThan(s(30));
    }

    @Test
    void theKernelGivesUpNoClientSoonerThanTheShorterOfBothAllows() {
        assertThat(DEFAULT.patience()).isEqualTo(s(10));
        assertThat(DEFAULT.withUserTimeout(s(9)).patience()).isEqualTo(s(9));
    }

    @Test
    void howPatientTheKernelIsIsNotKnownWhereEitherIsLeftToIt() {
        assertThat(DEFAULT.withUserTimeout(Duration.ZERO).patience()).isZero();
        assertThat(DEFAULT.withKeepalive(DEFAULT.keepalive().withIdle(Duration.ZERO)).patience())
                .isZero();
    }

    @Test
    void eachChangeLeavesTheRestAndTheOriginalAlone() {
        TuningConfig changed =
                DEFAULT.withKeepalive(DEFAULT.keepalive().withIdle(s(1)))
                        .withUserTimeout(s(2))
                        .withKernelView(s(3))
                        .withPing(DEFAULT.ping().withInterval(s(4)).withTimeout(s(5)))
                        .withQuickAck(true)
                        .withReusePort(true);

        assertThat(changed)
                .isEqualTo(
                        new TuningConfig(
                                new KeepaliveConfig(s(1), s(5), 3),
                                s(2),
                                s(3),
                                new PingConfig(s(4), s(5)),
                                true,
                                true));
        assertThat(DEFAULT.userTimeout()).isEqualTo(s(25));
    }

    @Test
    void zeroTurnsOff() {
        assertThat(DEFAULT.keepalive().withIdle(Duration.ZERO).idle()).isZero();
        assertThat(DEFAULT.withUserTimeout(Duration.ZERO).userTimeout()).isZero();
        assertThat(DEFAULT.withKernelView(Duration.ZERO).kernelView()).isZero();
        assertThat(DEFAULT.ping().withInterval(Duration.ZERO).interval()).isZero();
    }

    @Test
    void whatIsBeyondTheBoundsIsRefusedWithTheValueAndWhatWasExpected() {
        KeepaliveConfig keepalive = DEFAULT.keepalive();
        String seconds = " (expected: whole seconds, 1s to 32767s)";
        refused(
                () -> keepalive.withIdle(Duration.ofMillis(1500)),
                "keepalive-idle: PT1.5S" + seconds);
        refused(() -> keepalive.withIdle(s(32_768)), "keepalive-idle: PT9H6M8S" + seconds);
        refused(() -> keepalive.withInterval(Duration.ZERO), "keepalive-interval: PT0S" + seconds);
        refused(() -> keepalive.withInterval(s(-1)), "keepalive-interval: PT-1S" + seconds);
        refused(() -> keepalive.withCount(0), "keepalive-count: 0 (expected: 1..127)");
        refused(() -> keepalive.withCount(128), "keepalive-count: 128 (expected: 1..127)");
        refused(
                () -> DEFAULT.withUserTimeout(s(-1)),
                "tcp-user-timeout: PT-1S (expected: >= 0 and <= PT24H)");
        refused(
                () -> DEFAULT.withUserTimeout(Duration.ofDays(2)),
                "tcp-user-timeout: PT48H (expected: >= 0 and <= PT24H)");
        refused(
                () -> DEFAULT.withKernelView(Duration.ofMillis(99)),
                "kernel-view-interval: PT0.099S (expected: 0, or >= PT0.1S and <= PT24H)");
        refused(
                () -> DEFAULT.ping().withInterval(Duration.ofMillis(99)),
                "http2-ping-interval: PT0.099S (expected: 0, or >= PT0.1S)");
        refused(
                () -> DEFAULT.ping().withTimeout(Duration.ZERO),
                "http2-ping-timeout: PT0S (expected: >= PT0.1S)");
    }

    private static void refused(ThrowingCallable change, String message) {
        assertThatIllegalArgumentException().isThrownBy(change).withMessage(message);
    }

    private static Duration s(long seconds) {
        return SECOND.multipliedBy(seconds);
    }
}
