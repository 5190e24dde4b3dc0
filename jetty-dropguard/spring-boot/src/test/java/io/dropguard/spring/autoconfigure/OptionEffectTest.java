package io.dropguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What options do, they do wherever they are set. */
@Timeout(60)
class OptionEffectTest {
    static Stream<Arguments> table() {
        return Arrays.stream(OptionEffect.values())
                .flatMap(
                        effect ->
                                Arrays.stream(Home.values())
                                        .map(home -> Arguments.of(effect, home)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("table")
    void anOptionDoesTheSameWhereverItIsSet(OptionEffect effect, Home home, @TempDir Path directory)
            throws Exception {
        Map<String, String> options = effect.options(directory);
        if (!options.keySet().stream().allMatch(home::takes)) {
            assertThatThrownBy(() -> home.serve(options, directory))
                    .hasStackTraceContaining(": unknown option (expected: one of [");
            return;
        }
        try (HomeServer server = home.serve(options, directory)) {
            effect.check(server);
        }
    }
}
