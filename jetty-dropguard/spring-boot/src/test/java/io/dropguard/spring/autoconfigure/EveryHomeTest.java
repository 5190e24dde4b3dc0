package io.dropguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.DropGuard;
import io.dropguard.Option;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every documented option, set to its documented example in every home, means the same. */
class EveryHomeTest {
    private static final RecursiveComparisonConfiguration BY_FIELDS =
            RecursiveComparisonConfiguration.builder().withStrictTypeChecking(true).build();

    static Stream<Arguments> table() {
        return Arrays.stream(Home.values())
                .flatMap(
                        home ->
                                DropGuard.options().stream()
                                        .map(option -> Arguments.of(home, option.key(), option)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("table")
    void anOptionMeansTheSameInEveryHomeThatTakesIt(Home home, String key, Option option)
            throws Exception {
        if (!home.takes(key)) {
            assertThatThrownBy(() -> home.set(Map.of(key, option.example())))
                    .hasStackTraceContaining(key + ": unknown option (expected: one of [");
            return;
        }

        Object set = home.set(Map.of(key, option.example()));

        assertThat(set)
                .usingRecursiveComparison(BY_FIELDS)
                .isNotEqualTo(home.expected(unchanged(key)))
                .isEqualTo(home.expected(Map.of(key, option.example())));
    }

    /** With what the log's options are kept in, which is made when one is set. */
    private static Map<String, String> unchanged(String key) {
        return key.startsWith("log") ? Map.of("log", "off") : Map.of();
    }

    @ParameterizedTest
    @EnumSource
    void aMisspeltOptionIsRefusedWithTheOneThatWasMeant(Home home) {
        assertThatThrownBy(() -> home.set(Map.of("heartbeatt", "auto")))
                .hasStackTraceContaining("heartbeatt: unknown option (")
                .hasStackTraceContaining("did you mean heartbeat?");
    }

    @ParameterizedTest
    @EnumSource
    void aMalformedValueIsRefused(Home home) {
        assertThatThrownBy(() -> home.set(Map.of("heartbeat", "often")))
                .hasStackTraceContaining("heartbeat: often (expected: none, auto, interim)");
    }
}
