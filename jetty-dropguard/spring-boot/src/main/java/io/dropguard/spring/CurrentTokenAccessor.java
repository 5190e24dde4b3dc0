package io.dropguard.spring;

import io.dropguard.cancel.CancellationToken;
import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

/**
 * Has Micrometer's context propagation take {@link CurrentToken} to other threads; found by {@link
 * java.util.ServiceLoader}. Thread-safe.
 */
public final class CurrentTokenAccessor implements ThreadLocalAccessor<CancellationToken> {
    /** The key in snapshots, and in Reactor's context. */
    public static final String KEY = "io.dropguard.token";

    @Override
    public Object key() {
        return KEY;
    }

    @Override
    public @Nullable CancellationToken getValue() {
        return CurrentToken.find();
    }

    @Override
    public void setValue(CancellationToken token) {
        CurrentToken.set(token);
    }

    @Override
    public void setValue() {
        CurrentToken.set(null);
    }
}
