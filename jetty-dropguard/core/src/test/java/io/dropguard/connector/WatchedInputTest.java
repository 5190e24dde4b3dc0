package io.dropguard.connector;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;

/** The connection and its watch take turns to wait for bytes. */
class WatchedInputTest {
    private final CompletableFuture<Boolean> interested = new CompletableFuture<>();
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

    /** Has somebody ask between the registration and what follows from it. */
    private final class Registering extends ByteArrayEndPoint {
        @Override
        protected void needsFillInterest() {
            Thread asking = new Thread(() -> interested.complete(input.isFillInterested()));
            asking.start();
            await().until(() -> asking.getState() == Thread.State.BLOCKED || interested.isDone());
        }
    }
}
