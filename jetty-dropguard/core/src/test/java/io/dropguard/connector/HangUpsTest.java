package io.dropguard.connector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a socket says of its peer without being read or written, on Linux. */
class HangUpsTest {
    private final HangUps hangUps = new HangUps(Duration.ofSeconds(10));
    private SocketChannel client;
    private SocketChannel accepted;
    private EndPoint endPoint;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel listening = ServerSocketChannel.open()) {
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client = SocketChannel.open(listening.getLocalAddress());
            accepted = listening.accept();
        }
        accepted.configureBlocking(false);
        endPoint = new SocketChannelEndPoint(accepted, null, null, null);
    }

    @AfterEach
    void close() throws IOException {
        hangUps.close();
        client.close();
        accepted.close();
    }

    private boolean hasHungUp() {
        boolean told = hangUps.hasHungUp(endPoint);
        hangUps.forget();
        return told;
    }

    private boolean hasReset(long silentNanos) {
        boolean told = hangUps.hasReset(endPoint, silentNanos);
        hangUps.forget();
        return told;
    }

    private void write(String text) throws IOException {
        accepted.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    @Test
    void aClientThatIsThereHasNotHungUp() throws IOException {
        assertThat(hasHungUp()).isFalse();
        write("H");
        assertThat(hasHungUp()).isFalse();
    }

    @Test
    void aClientThatOnlySendsNoMoreHasNotHungUpHoweverOftenItIsWrittenTo() throws IOException {
        client.shutdownOutput();
        awaitEnd();
        for (int i = 0; i < 100; i++) {
            write("H");
            assertThat(hasHungUp()).as("after %d bytes", i + 1).isFalse();
        }
    }

    @Test
    void aClientThatHasClosedHasHungUpOnceItWasWrittenTo() throws IOException {
        client.close();
        awaitEnd();
        assertThat(hasHungUp()).as("it may be half-closed only").isFalse();

        write("H");

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::hasHungUp);
        assertThat(hasHungUp()).as("asked again").isTrue();
    }

    @Test
    void aClientThatHasResetHasHungUp() throws IOException {
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.close();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::hasHungUp);
    }

    @Test
    void aResetIsTold() throws IOException {
        assertThat(hasReset(0)).as("it is there").isFalse();
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.close();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> hasReset(0));
        assertThat(hasReset(9_999_999_999L)).isTrue();
    }

    @Test
    void aClientThatTheKernelMayHaveGivenUpIsNotTakenForOneThatHasReset() throws IOException {
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(this::hasHungUp);

        assertThat(hasReset(10_000_000_000L)).isFalse();
    }

    @Test
    void ofAUnixDomainSocketNoResetIsTold() throws IOException {
        Path path = Files.createTempDirectory("hangups").resolve("s");
        try (ServerSocketChannel listening =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(path));
            SocketChannel unix = SocketChannel.open(UnixDomainSocketAddress.of(path));
            try (SocketChannel taken = listening.accept()) {
                taken.configureBlocking(false);
                endPoint = new SocketChannelEndPoint(taken, null, null, null);
                unix.close();

                assertThat(hasHungUp()).as("though it has only closed").isTrue();
                assertThat(hasReset(0)).isFalse();
            }
        } finally {
            Files.delete(path);
            Files.delete(path.getParent());
        }
    }

    @Test
    void whereBothHaveEndedTheirSidesTheClientMayStillRead() throws IOException {
        client.shutdownOutput();
        awaitEnd();
        write("answer");
        endPoint.shutdownOutput();

        assertThat(hasHungUp()).isFalse();
    }

    @Test
    void whatIsWatchedByAnotherSelectorIsWatchedOn() throws IOException {
        try (Selector other = Selector.open()) {
            SelectionKey key = accepted.register(other, SelectionKey.OP_READ);
            hasHungUp();
            client.write(ByteBuffer.allocate(1));

            other.select(Duration.ofSeconds(10).toMillis());

            assertThat(other.selectedKeys()).containsExactly(key);
        }
    }

    @Test
    void onceForgottenASocketIsClosedAtOnce() throws IOException {
        hasHungUp();
        accepted.close();

        assertThat(client.read(ByteBuffer.allocate(1)))
                .as("the client reads the end")
                .isEqualTo(-1);
    }

    @Test
    void manyAreAskedBeforeAnyIsForgotten() throws IOException {
        for (int i = 0; i < 10; i++) assertThat(hangUps.hasHungUp(endPoint)).isFalse();
        hangUps.forget();
        accepted.close();

        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void ofAClosedSocketNothingIsKnown() throws IOException {
        accepted.close();

        assertThat(hasHungUp()).isFalse();
    }

    @Test
    void withoutASocketNothingIsKnown() {
        assertThat(hangUps.hasHungUp(new ByteArrayEndPoint())).isFalse();
    }

    @Test
    void onceStoppedItKnowsNothingAndHoldsNothing() throws IOException {
        hasHungUp();
        hangUps.close();

        assertThat(hasHungUp()).isFalse();
        assertThat(accepted.isRegistered()).isFalse();
    }

    /** The client's FIN has come. */
    private void awaitEnd() {
        ByteBuffer none = ByteBuffer.allocate(1);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> accepted.read(none) == -1);
    }
}
