package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.connector.HalfClose;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.eclipse.jetty.server.Handler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that sends no more and waits gets what a bare server sends; one that left is found. */
class HalfCloseTest {
    private static DropGuard watchingAtOnce() {
        return DropGuard.builder()
                .watchDelay(Duration.ZERO)
                .set("keep-alive-header", "false") // compared with bare Jetty, byte for byte
                .build();
    }

    private static final String HOST = "Host: localhost\r\n";

    static List<String> requests() {
        return List.of(
                "GET /length HTTP/1.1\r\n" + HOST + "\r\n",
                "HEAD /length HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /chunked HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /empty HTTP/1.1\r\n" + HOST + "\r\n",
                "GET /length HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n",
                "GET /length HTTP/1.0\r\n\r\n",
                "GET /chunked HTTP/1.0\r\n\r\n",
                "GET /failure HTTP/1.1\r\n" + HOST + "\r\n",
                "POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
                "POST /late-echo HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
                "POST /late-echo HTTP/1.1\r\n"
                        + HOST
                        + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                // with its body, so that it need not wait for the interim response it gets
                "POST /echo HTTP/1.1\r\n"
                        + HOST
                        + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
                "POST /late-echo HTTP/1.1\r\n"
                        + HOST
                        + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
                "GET /length HTTP/1.1\r\n"
                        + HOST
                        + "\r\nGET /chunked HTTP/1.1\r\n"
                        + HOST
                        + "\r\n");
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aHalfClosedClientThatWasProbedGetsTheAnswerByteForByte(String request) throws Exception {
        String expected = fromBareServer(request);
        Answers answers = new Answers();
        DropGuard guard = watchingAtOnce();
        try (TestServer server = start(answers, guard);
                RawClient client = RawClient.connect(server.port())) {
            client.send(request).halfClose();
            String probed = new String(client.read(1), StandardCharsets.US_ASCII);
            answers.mayAnswer.release(2);
            assertThat(probed + client.readAll()).isEqualTo(expected);
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/early", "/head-early"})
    void anAnswerThatHasBegunIsNotDisturbedByAProbe(String path) throws Exception {
        String request = "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n";
        String expected = fromBareServer(request);
        Answers answers = new Answers();
        DropGuard guard = watchingAtOnce();
        SplittableRandom random = new SplittableRandom(1);
        try (TestServer server = start(answers, guard)) {
            for (int i = 0; i < 100; i++) {
                try (RawClient client = RawClient.connect(server.port())) {
                    client.send(request);
                    String begin = client.readHead();
                    begin += new String(client.read(1), StandardCharsets.US_ASCII);
                    client.halfClose();
                    spin(random, 2_000_000);
                    answers.mayAnswer.release();
                    assertThat(begin + client.readAll()).as("trial %d", i).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aProbeThatRacesTheAnswerNeverChangesIt(String request) throws Exception {
        String expected = fromBareServer(request);
        Answers answers = new Answers();
        DropGuard guard = watchingAtOnce();
        SplittableRandom random = new SplittableRandom(request.hashCode());
        try (TestServer server = start(answers, guard)) {
            for (int i = 0; i < 300; i++) {
                try (RawClient client = RawClient.connect(server.port())) {
                    client.send(request).halfClose();
                    spin(random, 400_000);
                    answers.mayAnswer.release(2);
                    assertThat(client.readAll()).as("trial %d", i).isEqualTo(expected);
                    answers.mayAnswer.drainPermits();
                }
            }
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @Test
    void underLossAHalfCloseIsALossAtOnce() throws Exception {
        Work work = new Work();
        DropGuard guard = DropGuard.builder().halfClose(HalfClose.LOSS).build();
        try (TestServer server = start(work, guard);
                RawClient client = RawClient.connect(server.port())) {
            client.get("/job");
            Work.Run run = work.awaitRun();
            client.halfClose();
            assertThat(run.awaitLoss().signal()).isEqualTo(Signal.FIN);
        }
    }

    @Test
    void underIgnoreACloseIsNoLossUntilBytesCannotBeWritten() throws Exception {
        Work work = new Work();
        DropGuard guard =
                DropGuard.builder().halfClose(HalfClose.IGNORE).watchDelay(Duration.ZERO).build();
        try (TestServer server = start(work, guard);
                RawClient client = RawClient.connect(server.port())) {
            client.get("/job");
            Work.Run run = work.awaitRun();
            client.halfClose();
            spin(new SplittableRandom(2), 20_000_000);
            work.release.countDown();
            assertThat(client.readAll()).endsWith("done");
            run.awaitEnd();
            assertThat(run.interrupted).isFalse();
            assertThat(Losses.of(guard)).isZero();
        }
    }

    /** Lets other threads race; the length of the wait is what a seed says. */
    private static void spin(SplittableRandom random, int nanos) {
        long until = System.nanoTime() + random.nextInt(nanos);
        while (System.nanoTime() - until < 0) Thread.onSpinWait();
    }

    private static String fromBareServer(String request) throws Exception {
        Answers answers = new Answers();
        answers.mayAnswer.release(2);
        try (TestServer server = TestServer.speaking(Protocol.HTTP_1).handledBy(answers).start();
                RawClient client = RawClient.connect(server.port())) {
            client.send(request).halfClose();
            String answer = client.readAll();
            assertThat(answer).startsWith("HTTP/1.1 ");
            return answer;
        }
    }

    private static TestServer start(Handler handler, DropGuard guard) throws Exception {
        return TestServer.speaking(Protocol.HTTP_1)
                .handledBy(handler)
                .guardedBy(guard::installOn)
                .start();
    }
}
