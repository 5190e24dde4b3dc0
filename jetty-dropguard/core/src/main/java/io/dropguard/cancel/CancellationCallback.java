package io.dropguard.cancel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One registration in a token's list; runs at most once. Thread-safe. */
final class CancellationCallback implements CancellationToken.Registration {
    private static final Logger LOG = System.getLogger(CancellationCallback.class.getName());

    private final CancellationToken token;
    final boolean inline;
    private volatile @Nullable Consumer<? super CancellationReason>
            callback; // null: ran or withdrawn

    boolean listed; // guarded by token
    @Nullable CancellationCallback previous; // guarded by token
    @Nullable CancellationCallback next; // guarded by token while listed, then final

    CancellationCallback(
            CancellationToken token,
            Consumer<? super CancellationReason> callback,
            boolean inline) {
        this.token = token;
        this.callback = callback;
        this.inline = inline;
    }

    void run(CancellationReason why) {
        Consumer<? super CancellationReason> once = callback;
        if (once == null) return;
        callback = null; // only the one thread that cancelled, or registered late, comes here
        try {
            once.accept(why);
        } catch (Throwable thrown) {
            LOG.log(Level.WARNING, "A cancellation callback threw; the others still run", thrown);
        }
    }

    @Override
    public void close() {
        callback = null;
        token.remove(this);
    }
}
