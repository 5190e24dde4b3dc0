package io.dropguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written of the options is true. */
class OptionTextsTest {
    private static final RecursiveComparisonConfiguration BY_FIELDS =
            RecursiveComparisonConfiguration.builder().withStrictTypeChecking(true).build();

    static List<Option> options() {
        return DropGuard.options();
    }

    static List<Option> withDefaults() {
        return options().stream().filter(each -> !each.defaultValue().isEmpty()).toList();
    }

    @Test
    void everyOptionIsToldOnce() {
        assertThat(options().stream().map(Option::key))
                .as("keys in options.txt: see Options in CONTRIBUTING.md")
                .containsExactlyInAnyOrderElementsOf(GuardOptions.ALL.keys());
    }

    @ParameterizedTest
    @MethodSource("options")
    void everyOptionSaysWhatItTakesAndDoes(Option option) {
        assertThat(option.key()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
        assertThat(option.values()).isNotBlank();
        assertThat(option.example()).isNotBlank();
        assertThat(option.description()).endsWith(".").hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @MethodSource("withDefaults")
    void toSetAnOptionToItsDefaultChangesNothing(Option option) {
        assertThat(builder().set(option.key(), option.defaultValue()))
                .usingRecursiveComparison(BY_FIELDS)
                .isEqualTo(builder());
    }

    @ParameterizedTest
    @MethodSource("options")
    void toSetAnOptionToItsExampleChangesSomething(Option option) {
        assertThat(builder().set(option.key(), option.example()))
                .usingRecursiveComparison(BY_FIELDS)
                .isNotEqualTo(builder());
    }

    /** With what the log's options are kept in, which is made when one is set. */
    private static DropGuard.Builder builder() {
        return DropGuard.builder().set("log", "off");
    }
}
