package io.dropguard;

import static java.util.Objects.requireNonNull;

import java.util.Collection;

/**
 * One setting, the same in every home: the builder, {@code web.xml}, Jetty's and Spring Boot's
 * properties. Immutable.
 *
 * @param key in kebab-case, without a prefix
 * @param defaultValue as it would be written; empty if no value says what an unset option means
 * @param values what it takes, with the unit
 * @param example a value other than the default
 * @param description what it does and what that costs, in one line
 */
public record Option(
        String key, String defaultValue, String values, String example, String description) {
    public Option {
        requireNonNull(key, "key");
        requireNonNull(defaultValue, "default");
        requireNonNull(values, "values");
        requireNonNull(example, "example");
        requireNonNull(description, "description");
    }

    /** What to throw for a key that is not known: it names the one that was probably meant. */
    public static IllegalArgumentException unknown(String key, Collection<String> known) {
        String hint =
                SimilarName.of(key, known).map(meant -> "; did you mean " + meant + "?").orElse("");
        return new IllegalArgumentException(
                key + ": unknown option (expected: one of " + known + hint + ")");
    }
}
