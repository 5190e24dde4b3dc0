package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.monitor.Connections;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestClient;
import io.dropguard.testkit.TestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Plays the client's part in one ending after another. Confined to one thread. */
final class EndingClient implements AutoCloseable {
    private final TestServer server;
    private final Connections connections;
    private final EndingApplication application;
    private final Random random;
    private TestClient client;

    EndingClient(
            TestServer server,
            Connections connections,
            EndingApplication application,
            Random random)
            throws IOException {
        this.server = server;
        this.connections = connections;
        this.application = application;
        this.random = random;
        client = TestClient.connect(server);
    }

    /** Makes one exchange end so; returns when the client's part in it is over. */
    void exchange(ExpectedEnd end, String id) throws Exception {
        if (end == ExpectedEnd.STUCK_WRITING) reconnect(end); // with a small buffer
        EndingApplication.Watch watch = application.watch(id);
        boolean kept = true;
        begin(end, id);
        switch (end.client()) {
            case READS_ANSWER -> kept = readAnswer(end);
            case IS_CUT_OFF -> kept = readCutOff();
            case LEAVES -> {
                reach(watch.working, id, end);
                kept = leave();
                // so that nothing that happens to the connection later comes before it
                if (kept) reach(watch.inVain, id, end);
            }
            case IS_SHUT_DOWN -> {
                reach(watch.working, id, end);
                shutDown(end, watch.remote);
                reach(watch.inVain, id, end);
                kept = false;
            }
            case READS_NOTHING -> {
                reach(watch.working, id, end);
                if (end.isOfStop()) return; // nobody waits for it
                reach(watch.inVain, id, end);
                kept = false;
            }
        }
        application.forget(id);
        if (!kept) reconnect(ExpectedEnd.ANSWERED);
    }

    private void begin(ExpectedEnd end, String id) throws IOException {
        String target = "/" + end + "?id=" + id;
        if (client instanceof Http2Client http2) {
            if (end.reads()) {
                http2.post(target);
                if (end != ExpectedEnd.EXPIRED_READING)
                    http2.data("abc", false); // it may have expired by now
            } else if (end == ExpectedEnd.UNPARSABLE) http2.get("/%2e%2e%2fx?id=" + id);
            else if (end == ExpectedEnd.STUCK_WRITING) http2.getUnread(target);
            else http2.get(target);
            return;
        }
        String head = (end.reads() ? "POST " : "GET ") + target + " HTTP/1.1\r\nHost: a\r\n";
        if (random.nextBoolean()) head += "X-Request-Id: " + id + "\r\n";
        if (end.reads()) head += "Content-Length: 9\r\n";
        if (end == ExpectedEnd.UNPARSABLE) head += "No Header\r\n";
        ((RawClient) client).send(head + "\r\n" + (end.reads() ? "abc" : ""));
    }

    private boolean readAnswer(ExpectedEnd end) throws IOException {
        try {
            client.body();
        } catch (IOException reset) {
            // A stream that is answered before the request was whole is reset as well, with an
            // error that lets clients forget the answer.
            if (!isMultiplexed() || !end.reads()) throw reset;
        }
        return switch (end) {
            // Jetty 12.1.14 may end an exchange twice when the one before it, on the same HTTP/1
            // connection, was answered by a thread that is not its own: also without us, some 20
            // times in 100,000.
            case ANSWERED_LATER, EXPIRED_WAITING, EXPIRED_ASYNC -> isMultiplexed();
            case EXPIRED_READING, UNPARSABLE -> isMultiplexed();
            default -> !end.closes();
        };
    }

    private boolean readCutOff() throws IOException {
        if (client instanceof RawClient raw) {
            assertThat(raw.readAll()).contains("half").doesNotContain("\r\n0\r\n");
            return false;
        }
        assertThatThrownBy(client::body).isInstanceOf(IOException.class);
        return true;
    }

    private boolean leave() throws IOException {
        List<Departure> possible =
                Stream.of(Departure.values())
                        .filter(each -> each.isPossibleOver(server.protocol()))
                        .toList();
        Departure departure = possible.get(random.nextInt(possible.size()));
        client.leave(departure);
        return departure == Departure.STREAM_RESET;
    }

    /** As an operator does, once the connection is seen to do what it is shut down for. */
    private void shutDown(ExpectedEnd end, String remote) {
        ConnectionPhase phase =
                end.reads() ? ConnectionPhase.READING_BODY : ConnectionPhase.COMPUTING;
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            ConnectionSnapshot seen = find(remote);
                            return seen.phase() == phase
                                    && connections.shutdown(seen.id(), seen.epoch());
                        });
    }

    private ConnectionSnapshot find(String remote) {
        return connections.snapshot().stream()
                .filter(each -> remote.endsWith(String.valueOf(each.remote())))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no connection from " + remote));
    }

    private void reach(CountDownLatch latch, String id, ExpectedEnd end)
            throws InterruptedException {
        assertThat(latch.await(60, TimeUnit.SECONDS)).as("%s of %s", id, end).isTrue();
    }

    private void reconnect(ExpectedEnd next) throws IOException {
        client.close();
        client =
                next == ExpectedEnd.STUCK_WRITING && !isMultiplexed()
                        ? RawClient.connectWithSmallBuffer(server.protocol(), server.port())
                        : TestClient.connect(server);
    }

    private boolean isMultiplexed() {
        return server.protocol().isMultiplexed();
    }

    @Override
    public void close() {
        client.close();
    }
}
