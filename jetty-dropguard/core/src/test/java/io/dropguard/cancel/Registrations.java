package io.dropguard.cancel;

import java.lang.reflect.Field;

/** Counts what a token keeps; nobody but a test wants to know. */
final class Registrations {
    private Registrations() {}

    static int of(CancellationToken token) {
        try {
            Field first = CancellationToken.class.getDeclaredField("first");
            first.setAccessible(true);
            synchronized (token) {
                int count = 0;
                CancellationCallback each = (CancellationCallback) first.get(token);
                for (; each != null; each = each.next) count++;
                return count;
            }
        } catch (ReflectiveOperationException renamed) {
            throw new LinkageError("renamed?", renamed);
        }
    }
}
