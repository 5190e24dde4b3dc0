package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happened to clients is in the recordings of JDK Flight Recorder, and is counted. */
class RecordingTest {
    private static final String GET = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir Path directory;

    /** Ignores every interrupt until it may end. */
    private static final class Stubborn extends Handler.Abstract {
        final CountDownLatch mayEnd = new CountDownLatch(1);

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            boolean ended = false;
            while (!ended) {
                try {
                    ended = mayEnd.await(Work.PATIENCE_SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException ignored) {
                    ended = false; // as some drivers do
                }
            }
            Work.answer(response, "done", callback);
            return true;
        }
    }

    private interface Task {
        void run() throws Exception;
    }

    private List<RecordedEvent> recorded(Consumer<Recording> settings, Task task) throws Exception {
        Path file = directory.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            settings.accept(recording);
            recording.start();
            task.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.dropguard."))
                .toList();
    }

    private static void everything(Recording recording) {
        recording.enable("io.dropguard.ClientLoss");
        recording.enable("io.dropguard.DeadlineExpired");
        recording.enable("io.dropguard.Exchange").withThreshold(Duration.ZERO);
    }

    private static RecordedEvent only(List<RecordedEvent> events, String name) {
        List<RecordedEvent> found =
                events.stream()
                        .filter(event -> event.getEventType().getName().equals(name))
                        .toList();
        assertThat(found).as(name).hasSize(1);
        return found.get(0);
    }

    @Test
    void aLostClientIsRecordedWithTheTimeItsWorkRanOn() throws Exception {
        Stubborn work = new Stubborn();
        DropGuard guard = DropGuard.create();
        long[] ranOn = new long[1];
        List<RecordedEvent> events;
        try (TestServer server =
                TestServer.speaking(Protocol.HTTP_1)
                        .handledBy(work)
                        .guardedBy(guard::installOn)
                        .start()) {
            events =
                    recorded(
                            RecordingTest::everything,
                            () -> {
                                RawClient client = RawClient.connect(server.port());
                                client.send("GET /slow;secret=1?secret=2" + GET);
                                await().until(() -> guard.statistics().active() == 1);
                                client.rst();
                                await().until(() -> Losses.of(guard) == 1);
                                long seen = System.nanoTime();
                                assertThat(guard.statistics().lostEnded()).isZero();
                                await().until(() -> System.nanoTime() - seen > 50_000_000);
                                ranOn[0] = System.nanoTime() - seen;
                                work.mayEnd.countDown();
                                await().until(() -> guard.statistics().active() == 0);
                            });
        }

        RecordedEvent loss = only(events, "io.dropguard.ClientLoss");
        assertThat(loss.getString("signal")).isEqualTo("RST");
        assertThat(loss.getString("method")).isEqualTo("GET");
        assertThat(loss.getString("path")).isEqualTo("/slow");
        assertThat(loss.getString("remote")).contains("127.0.0.1");
        assertThat(loss.getDuration("after")).isPositive();
        RecordedEvent exchange = only(events, "io.dropguard.Exchange");
        assertThat(exchange.getString("stoppedFor")).isEqualTo("ClientLoss");
        assertThat(exchange.getDuration("ranOn").toNanos()).isGreaterThanOrEqualTo(ranOn[0]);
        assertThat(exchange.getDuration()).isGreaterThan(exchange.getDuration("ranOn"));
        assertThat(guard.statistics().lostEnded()).isEqualTo(1);
        assertThat(guard.statistics().ranOn()).isEqualTo(exchange.getDuration("ranOn"));
    }

    @Test
    void anExpiredDeadlineIsRecorded() throws Exception {
        Stubborn work = new Stubborn();
        DropGuard guard =
                DropGuard.builder()
                        .everywhere(p -> p.responseDeadline(Duration.ofMillis(50)))
                        .build();
        List<RecordedEvent> events;
        try (TestServer server =
                TestServer.speaking(Protocol.HTTP_1)
                        .handledBy(work)
                        .guardedBy(guard::installOn)
                        .start()) {
            events =
                    recorded(
                            RecordingTest::everything,
                            () -> {
                                try (RawClient client = RawClient.connect(server.port())) {
                                    client.get("/limited");
                                    assertThat(client.readHead()).startsWith("HTTP/1.1 503 ");
                                    work.mayEnd.countDown();
                                    await().until(() -> guard.statistics().active() == 0);
                                    await().until(() -> guard.statistics().deadlines() == 1);
                                }
                            });
        }

        RecordedEvent expired = only(events, "io.dropguard.DeadlineExpired");
        assertThat(expired.getDuration("permitted"))
                .as("longer if the request was looked at too late")
                .isGreaterThanOrEqualTo(Duration.ofMillis(50));
        assertThat(expired.getString("path")).isEqualTo("/limited");
        RecordedEvent exchange = only(events, "io.dropguard.Exchange");
        assertThat(exchange.getString("stoppedFor")).isEqualTo("DeadlineExpired");
        assertThat(exchange.getInt("status")).isEqualTo(503);
        assertThat(expired.getDuration("late"))
                .as("the answer is the guard's, within the exchange")
                .isPositive()
                .isLessThan(exchange.getDuration());
        assertThat(guard.statistics().ranOn()).as("no client was lost").isZero();
    }

    @Test
    void exchangesThatAreShorterThanTheThresholdAreNotRecorded() throws Exception {
        DropGuard guard = DropGuard.create();
        List<RecordedEvent> events;
        try (TestServer server =
                        TestServer.speaking(Protocol.HTTP_1)
                                .handledBy(new Work())
                                .guardedBy(guard::installOn)
                                .start();
                RawClient client = RawClient.connect(server.port())) {
            events =
                    recorded(
                            recording ->
                                    recording
                                            .enable("io.dropguard.Exchange")
                                            .withThreshold(Duration.ofMinutes(1)),
                            () -> {
                                client.get("/hello");
                                assertThat(client.body()).isEqualTo("hello");
                                await().until(() -> guard.statistics().active() == 0);
                            });
        }

        assertThat(events).isEmpty();
    }
}
