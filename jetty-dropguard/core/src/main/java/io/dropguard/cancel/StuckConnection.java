package io.dropguard.cancel;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The connection sat in one state longer than its limit and was ended. Immutable.
 *
 * @param phase the name of that state
 * @param after how long it had been in it
 */
public record StuckConnection(String phase, Duration after) implements CancellationReason {

    public StuckConnection {
        requireNonNull(phase, "phase");
        if (after.isNegative())
            throw new IllegalArgumentException("after: " + after + " (expected: >= 0)");
    }

    @Override
    public String describe() {
        return "connection stuck in " + phase + " for " + after.toMillis() + " ms";
    }
}
