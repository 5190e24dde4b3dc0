package io.dropguard.cancel;

/** The server stops and the work did not end within its grace period. Immutable. */
public record ServerStopping() implements CancellationReason {

    @Override
    public String describe() {
        return "server stopping";
    }
}
