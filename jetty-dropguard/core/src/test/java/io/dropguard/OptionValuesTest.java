package io.dropguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.dropguard.connector.HalfClose;
import io.dropguard.exchange.QueueOrder;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionValuesTest {

    @ParameterizedTest
    @CsvSource({
        "250us, PT0.00025S",
        "500ms, PT0.5S",
        "500 ms, PT0.5S",
        "'  500ms  ', PT0.5S",
        "10s, PT10S",
        "5m, PT5M",
        "5M, PT5M",
        "1h, PT1H",
        "2d, PT48H",
        "0ms, PT0S",
        "-5ms, PT-0.005S",
        "PT10S, PT10S",
        "PT0.005S, PT0.005S",
        "P1DT2H, PT26H",
        "pt10s, PT10S",
    })
    void durationsAreReadInEveryUnitAndAsIso8601(String text, String expected) {
        assertThat(OptionValues.duration("key", text)).isEqualTo(Duration.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "5",
                "0",
                "ms",
                "5 5ms",
                "5.5ms",
                "5ns",
                "5min",
                "1w",
                "five",
                "10S PT",
                "999999999999999999d",
                "9999999999999999999s",
                "PT",
                "--5ms",
                "5ms;",
                "\u0665ms"
            })
    void whatIsNoDurationIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptionValues.duration("watch-delay", text))
                .withMessage(
                        "watch-delay: "
                                + text
                                + " (expected: a time such as 500ms, 10s, 5m or PT10S)");
    }

    @ParameterizedTest
    @CsvSource({
        "16384, 16384",
        "' 16384 ', 16384",
        "512b, 512",
        "512B, 512",
        "16KiB, 16384",
        "16 kib, 16384",
        "1MiB, 1048576",
        "2047MiB, 2146435072",
        "0, 0",
        "-1, -1",
        "-1KiB, -1024",
    })
    void bytesAreReadWithAndWithoutAUnit(String text, int expected) {
        assertThat(OptionValues.bytes("key", text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "16K",
                "16kb",
                "2GiB",
                "KiB",
                "1.5MiB",
                "0x10",
                "many",
                "2048MiB",
                "2147483648",
                "99999999999999999999",
                "99999999999KiB",
                "16KiB;"
            })
    void whatIsNoNumberOfBytesIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptionValues.bytes("read-ahead", text))
                .withMessage(
                        "read-ahead: " + text + " (expected: bytes such as 16384, 16KiB or 1MiB)");
    }

    @Test
    void flagsAreTrueOrFalse() {
        assertThat(OptionValues.flag("key", "true")).isTrue();
        assertThat(OptionValues.flag("key", " false ")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yes", "TRUE", "1", "off"})
    void anythingElseIsNoFlag(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptionValues.flag("interrupt", text))
                .withMessage("interrupt: " + text + " (expected: true or false)");
    }

    @Test
    void choicesAreWrittenInKebabCase() {
        assertThat(OptionValues.choice("key", "probe", HalfClose.class)).isEqualTo(HalfClose.PROBE);
        assertThat(OptionValues.choice("key", " newest-first ", QueueOrder.class))
                .isEqualTo(QueueOrder.NEWEST_FIRST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PROBE", "probes", "newest_first"})
    void anythingElseIsNoChoice(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OptionValues.choice("half-close", text, HalfClose.class))
                .withMessage("half-close: " + text + " (expected: probe, loss, ignore)");
    }
}
