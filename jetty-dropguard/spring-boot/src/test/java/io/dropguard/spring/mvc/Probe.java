package io.dropguard.spring.mvc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.spring.CurrentToken;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What a controller's work tells a test. Thread-safe. */
final class Probe {
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> stopped = new LinkedBlockingQueue<>();

    /**
     * Says that work begins.
     *
     * @return takes how it ended; the first time counts
     */
    Consumer<String> begun() {
        begun.add(CurrentToken.get().toString());
        AtomicBoolean over = new AtomicBoolean();
        return how -> {
            if (over.compareAndSet(false, true)) stopped.add(how);
        };
    }

    /** Work that ends by an interrupt only. */
    void work() {
        Consumer<String> ended = begun();
        try {
            assertThat(new CountDownLatch(1).await(60, SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            ended.accept("interrupted");
            throw new IllegalStateException("as applications wrap it", interrupted);
        }
    }

    /** What {@link CurrentToken} said where the work began. */
    String awaitBegun() throws InterruptedException {
        String token = begun.poll(20, SECONDS);
        assertThat(token).as("begun").isNotNull();
        return token;
    }

    String awaitStopped() throws InterruptedException {
        String how = stopped.poll(20, SECONDS);
        assertThat(how).as("stopped").isNotNull();
        return how;
    }
}
