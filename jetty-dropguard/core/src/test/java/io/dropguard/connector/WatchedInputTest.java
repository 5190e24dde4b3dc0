package io.dropguard.connector;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/** The connection and its watch take turns to wait for bytes. */
class WatchedInputTest {
    private final CompletableFuture<Boolean> interested = new CompletableFuture<>();
    private final CompletableFuture<Integer> read = new CompletableFuture<>();
    private volatile boolean readWaited;
    private final Registering endPoint = new Registering();
    private final WatchedInput input =
            new FakeConnection("watched", null, new ArrayList<>(), endPoint).watch.input();

    WatchedInputTest() throws Exception {}

    @Test
    void aWatchThatIsJustRegisteringIsNotTakenForTheConnection() throws Exception {
        input.listen();

        // Jetty would take it for a read that was left pending, and break the answer off.
        assertThat(interested.get(20, SECONDS)).isFalse();
        assertThat(endPoint.isFillInterested()).as("the watch waits").isTrue();
        assertThat(input.isFillInterested()).as("for itself").isFalse();
    }

    /** The selector may have another thread read before the registration is over. */
    @Test
    void aReadDoesNotWaitForTheThreadThatIsJustRegistering() throws Exception {
        assertThat(input.tryFillInterested(Callback.NOOP)).isTrue();

        read.get(20, SECONDS);
        assertThat(readWaited).isFalse();
    }

    private int readOnce() {
        try {
            return input.fill(ByteBuffer.allocate(10).flip());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Has somebody ask between the registration and what follows from it. */
    private final class Registering extends ByteArrayEndPoint {
        @Override
        protected void needsFillInterest() {
            Thread asking = new Thread(() -> interested.complete(input.isFillInterested()));
            asking.start();
            await().until(() -> asking.getState() == Thread.State.BLOCKED || interested.isDone());
            Thread reading = new Thread(() -> read.complete(readOnce()));
            reading.start();
            await().until(() -> reading.getState() == Thread.State.BLOCKED || read.isDone());
            readWaited = !read.isDone();
        }
    }
}
