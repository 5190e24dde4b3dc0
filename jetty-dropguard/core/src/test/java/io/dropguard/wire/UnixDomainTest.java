package io.dropguard.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.cancel.ClientLoss.Signal;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that come over a Unix domain socket, as proxies on the same host do. */
class UnixDomainTest {
    private final DropGuard guard = DropGuard.builder().watchDelay(Duration.ZERO).build();
    private final Work work = new Work();
    private final Server server = new Server();
    private Path directory;
    private Path socket;

    @BeforeEach
    void start() throws Exception {
        directory = Files.createTempDirectory("guard"); // short, for the path may not be long
        socket = directory.resolve("s");
        UnixDomainServerConnector connector = new UnixDomainServerConnector(server);
        connector.setUnixDomainPath(socket);
        server.addConnector(connector);
        server.setHandler(work);
        guard.installOn(server);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
        Files.deleteIfExists(socket);
        Files.delete(directory);
    }

    private SocketChannel get(String target) throws Exception {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(socket));
        send(client, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
        return client;
    }

    private static void send(SocketChannel client, String text) throws Exception {
        client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String readUntil(SocketChannel client, String end) throws Exception {
        ByteBuffer read = ByteBuffer.allocate(8192);
        String text = "";
        while (!text.endsWith(end) && client.read(read) >= 0)
            text = new String(read.array(), 0, read.position(), StandardCharsets.US_ASCII);
        return text;
    }

    @Test
    void theWorkOfAClientThatClosesIsStopped() throws Exception {
        SocketChannel client = get("/job");
        Work.Run run = work.awaitRun();
        client.close();

        ClientLoss loss = run.awaitLoss();
        assertThat(loss.signal()).isEqualTo(Signal.FIN);
        assertThat(run.interrupted).isTrue();
    }

    @Test
    void theWorkOfAClientThatClosesWithBytesUnreadIsStopped() throws Exception {
        SocketChannel client = get("/hello");
        Work.Run run;
        try (client) { // which has not read its first answer
            send(client, "GET /job HTTP/1.1\r\nHost: a\r\n\r\n");
            run = work.awaitRun();
        }
        assertThat(run.awaitLoss().signal()).isIn(Signal.FIN, Signal.RST);
        assertThat(run.interrupted).isTrue();
    }

    @Test
    void aClientThatOnlyHalfClosesIsServed() throws Exception {
        try (SocketChannel client = get("/job")) {
            Work.Run run = work.awaitRun();
            client.shutdownOutput();
            work.release.countDown();
            assertThat(readUntil(client, "done")).startsWith("HTTP/1.1 200 ").endsWith("done");
            run.awaitEnd();
            assertThat(run.interrupted).isFalse();
            assertThat(Losses.of(guard)).isZero();
        }
    }

    @Test
    void aClientThatWaitsIsServedAgainAndAgain() throws Exception {
        try (SocketChannel client = get("/hello")) {
            for (int i = 0; i < 100; i++) {
                assertThat(readUntil(client, "hello")).startsWith("HTTP/1.1 200 ");
                send(client, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            assertThat(Losses.of(guard)).isZero();
        }
    }
}
