package io.dropguard.wire;

import io.dropguard.DropGuard;

/** How many clients a guard has lost, however it noticed. */
final class Losses {
    private Losses() {}

    static long of(DropGuard guard) {
        return guard.statistics().losses().values().stream().mapToLong(count -> count).sum();
    }
}
