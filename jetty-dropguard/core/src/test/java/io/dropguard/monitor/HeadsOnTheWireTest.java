package io.dropguard.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Heads that never end, and which limit ends them. */
class HeadsOnTheWireTest {
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int CONTINUATION = 9;

    /** {@code :method GET, :scheme http, :path /}, by HPACK's static table. */
    private static final byte[] GET = {(byte) 0x82, (byte) 0x86, (byte) 0x84};

    /** Jetty answers such a head itself, and no handler sees it. */
    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aHeadThatWasRefusedIsNoLongerRead(Protocol protocol) throws Exception {
        try (StuckServer server =
                        new StuckServer(
                                protocol,
                                "stuck-reading-headers=300ms",
                                "stuck-action=shutdown",
                                "lingering-time=0ms");
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nNo colon\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 400 ");
            StuckServer.soon()
                    .until(
                            () ->
                                    server.guard
                                                    .connections()
                                                    .byPhase()
                                                    .get(ConnectionPhase.READING_HEADERS)
                                            == 0);
            assertThat(client.readAll()).doesNotContain("408");
            assertThat(server.reports).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aHeadBegunBehindARequestIsIdleWhileItStalls(Protocol protocol) throws Exception {
        try (StuckServer server =
                        new StuckServer(protocol, "stuck-idle=300ms", "stuck-action=shutdown");
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHos");
            assertThat(client.readResponse()).endsWith("done");
            assertThat(server.awaitReport(StuckReport.Kind.SHUT_DOWN).phase())
                    .isEqualTo(ConnectionPhase.IDLE);
            assertThat(client.readAll()).isEmpty();
            server.awaitNoConnection();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HTTP_1", "TLS"})
    void aHeadBegunBehindARequestIsReadFromItsNextByteOn(Protocol protocol) throws Exception {
        try (StuckServer server =
                        new StuckServer(
                                protocol, "stuck-reading-headers=300ms", "stuck-action=shutdown");
                RawClient client = RawClient.connect(protocol, server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHos");
            assertThat(client.readResponse()).endsWith("done");
            client.send("t");
            assertThat(client.readHead()).startsWith("HTTP/1.1 408 Request Timeout\r\n");
            assertThat(server.awaitReport(StuckReport.Kind.SHUT_DOWN).phase())
                    .isEqualTo(ConnectionPhase.READING_HEADERS);
            server.awaitNoConnection();
        }
    }

    @Test
    void aHeadOfHttp2ThatIsNotContinuedIsIdleAndShutDown() throws Exception {
        try (StuckServer server =
                        new StuckServer(Protocol.H2C, "stuck-idle=300ms", "stuck-action=shutdown");
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.setSoTimeout(20_000);
            client.getOutputStream().write(begunHead());
            assertThat(server.awaitReport(StuckReport.Kind.SHUT_DOWN).phase())
                    .isEqualTo(ConnectionPhase.IDLE);
            readToEnd(client);
            server.awaitNoConnection();
        }
    }

    /** A frame of one byte every 50 ms, which Jetty's idle timeout lets pass. */
    @Test
    void continuationsDoNotStretchTheTimeForAHeadOfHttp2() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try (StuckServer server =
                        new StuckServer(Protocol.H2C, "stuck-idle=500ms", "stuck-action=shutdown");
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            server.server().connector().setIdleTimeout(200);
            client.setSoTimeout(20_000);
            OutputStream out = client.getOutputStream();
            out.write(begunHead());
            byte[] next = frame(CONTINUATION, 0, 1, new byte[] {(byte) 0x84});
            Future<?> sending =
                    clock.scheduleAtFixedRate(
                            () -> write(out, next, sent), 0, 50, TimeUnit.MILLISECONDS);
            StuckReport ended = server.awaitReport(StuckReport.Kind.SHUT_DOWN);
            assertThat(ended.phase()).isEqualTo(ConnectionPhase.IDLE);
            assertThat(ended.stuckFor()).isGreaterThan(Duration.ofMillis(500));
            readToEnd(client);
            server.awaitNoConnection();
            assertThat(sending).as("it sends for as long as it can").isNotCancelled();
        } finally {
            clock.shutdownNow();
        }
        assertThat(sent).hasValueGreaterThan(5);
    }

    private static void write(OutputStream out, byte[] bytes, AtomicInteger sent) {
        try {
            out.write(bytes);
            sent.incrementAndGet();
        } catch (IOException cutOff) {
            throw new IllegalStateException(cutOff); // and there is no next time
        }
    }

    /** All that a client says before the rest of a head. */
    private static byte[] begunHead() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(frame(SETTINGS, 0, 0, new byte[0]));
        bytes.writeBytes(frame(HEADERS, 0, 1, GET)); // without END_HEADERS
        return bytes.toByteArray();
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[2] = (byte) payload.length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[8] = (byte) stream;
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }

    private static void readToEnd(Socket socket) throws IOException {
        while (socket.getInputStream().read() >= 0) {} // its settings, and a farewell
    }
}
