package io.dropguard.servlet;

import java.util.concurrent.CountDownLatch;

/** Work that does not end of itself. */
final class Never {
    void await() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}
