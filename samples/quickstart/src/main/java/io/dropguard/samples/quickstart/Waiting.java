package io.dropguard.samples.quickstart;

import java.io.InterruptedIOException;

/** Work that takes its time. */
final class Waiting {
    private Waiting() {}

    static void sleep(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            throw new InterruptedIOException("stopped");
        }
    }
}
