package io.dropguard.cancel;

/** Why work stops. Implementations are immutable. */
public sealed interface CancellationReason
        permits ClientLoss, DeadlineExpired, ServerStopping, StuckConnection, Cancelled {

    /** One line for people; holds nothing that a peer sent. */
    String describe();
}
