package io.dropguard.spring.autoconfigure;

import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells all that is wrong with the properties at once, and without a stack. */
final class InvalidOptionsAnalyzer extends AbstractFailureAnalyzer<InvalidOptionsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidOptionsException cause) {
        return new FailureAnalysis(
                cause.problems().stream()
                        .map(problem -> "    " + problem)
                        .collect(Collectors.joining("\n", "DropGuard cannot be set up:\n\n", "")),
                "Correct the properties above. DropGuard's docs/configuration.md tells of every"
                        + " option.",
                cause);
    }
}
