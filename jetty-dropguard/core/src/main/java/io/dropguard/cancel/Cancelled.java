package io.dropguard.cancel;

import static java.util.Objects.requireNonNull;

/**
 * The application itself gave the work up. Immutable.
 *
 * @param why in the application's own words
 */
public record Cancelled(String why) implements CancellationReason {

    public Cancelled {
        requireNonNull(why, "why");
    }

    @Override
    public String describe() {
        return "cancelled: " + why;
    }
}
