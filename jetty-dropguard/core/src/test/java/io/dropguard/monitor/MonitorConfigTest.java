package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MonitorConfigTest {

    @Test
    void byDefaultNothingIsEverStuck() {
        assertThat(MonitorConfig.DEFAULT.isOn()).isFalse();
        for (ConnectionPhase phase : ConnectionPhase.values())
            assertThat(MonitorConfig.DEFAULT.actionIn(phase)).isEqualTo(StuckAction.LOG);
    }

    @Test
    void anyLimitTurnsItOnAndNoneTurnsItOff() {
        Duration second = Duration.ofSeconds(1);
        MonitorConfig off = MonitorConfig.DEFAULT;
        assertThat(off.withInterrupt(second).isOn()).isTrue();
        assertThat(off.withRate(ConnectionPhase.WRITING, 1).isOn()).isTrue();
        MonitorConfig on = off.withLimit(ConnectionPhase.IDLE, second);
        assertThat(on.isOn()).isTrue();
        assertThat(on.withLimit(ConnectionPhase.IDLE, null)).isEqualTo(off);
    }

    @Test
    void aPhaseMayHaveAnActionOfItsOwn() {
        MonitorConfig config =
                MonitorConfig.DEFAULT
                        .withAction(StuckAction.SHUTDOWN)
                        .withAction(ConnectionPhase.COMPUTING, StuckAction.LOG);
        assertThat(config.actionIn(ConnectionPhase.IDLE)).isEqualTo(StuckAction.SHUTDOWN);
        assertThat(config.actionIn(ConnectionPhase.COMPUTING)).isEqualTo(StuckAction.LOG);
    }

    @ParameterizedTest
    @EnumSource(names = {"HANDSHAKING", "IDLE", "COMPUTING", "LINGERING"})
    void aRateIsForPhasesInWhichTheClientIsWaitedFor(ConnectionPhase phase) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MonitorConfig.DEFAULT.withRate(phase, 1))
                .withMessage(
                        "min-rate: "
                                + phase
                                + " (expected: READING_HEADERS, READING_BODY or WRITING)");
    }
}
