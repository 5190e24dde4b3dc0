package io.dropguard.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client who means well: asks for {@code /hello} again and again on a thread of its own and notes
 * how long that took. Whoever waits keeps from being asked those that would have been asked
 * meanwhile, so a long wait counts as theirs too. Thread-safe.
 */
final class HelloClient implements AutoCloseable {
    /** 2 s: whoever waits longer has left. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** 10 ms: a hundred requests a second are no load. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private final HttpRequest request;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Long> micros = Collections.synchronizedList(new ArrayList<>());
    private final Thread thread = new Thread(this::run, "hello");
    private volatile long begun; // of the one that waits; 0: none does
    private volatile boolean closed;

    HelloClient(URI server) {
        request = HttpRequest.newBuilder(server.resolve("/hello")).timeout(PATIENCE).build();
        thread.start();
    }

    private void run() {
        while (!closed) {
            begun = System.nanoTime();
            boolean answered = isAnswered();
            long nanos = System.nanoTime() - begun;
            note(micros, answered ? nanos : Math.max(nanos, PATIENCE.toNanos()));
            begun = 0;
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** With those that would have been asked meanwhile, each of which had waited for less. */
    private static void note(List<Long> into, long nanos) {
        for (long each = nanos; each > 0; each -= PAUSE.toNanos()) into.add(each / 1_000);
    }

    private boolean isAnswered() {
        try {
            return client.send(request, BodyHandlers.ofString()).statusCode() == 200;
        } catch (IOException failed) {
            return false; // it counts as if it had waited in vain
        } catch (InterruptedException stopped) {
            closed = true;
            return false;
        }
    }

    /** Forgets what was before. */
    void begin() {
        micros.clear();
    }

    int count() {
        return micros.size();
    }

    /** In milliseconds; of none it is an error. */
    double percentile(double share) {
        List<Long> sorted;
        synchronized (micros) {
            sorted = new ArrayList<>(micros);
        }
        long waiting = begun;
        if (waiting != 0) note(sorted, System.nanoTime() - waiting);
        Collections.sort(sorted);
        return sorted.get((int) Math.ceil(share * sorted.size()) - 1) / 1_000.0;
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(TimeUnit.SECONDS.toMillis(10));
    }
}
