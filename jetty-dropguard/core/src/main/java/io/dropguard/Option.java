package io.dropguard;

import static java.util.Objects.requireNonNull;

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
}
