package io.dropguard.spring.autoconfigure;

import java.util.List;

/** Some of the properties under {@code dropguard} are wrong. */
final class InvalidOptionsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    InvalidOptionsException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Each with the property, its value, what was expected, and where it was set. */
    List<String> problems() {
        return problems;
    }
}
