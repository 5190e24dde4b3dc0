package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.monitor.ConnectionPhase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;

class GuardedSocketTest {
    /**
     * T1 shuts the socket down; T2, the selector's thread, finds the end of its input, and asks the
     * client, as of one that has half-closed, with the first byte of an answer. It comes here just
     * when T1 has made that end.
     */
    @Test
    void aClientThatIsShutDownCannotBeAskedWhetherItHasLeft() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            try (Socket client = new Socket(address.getAddress(), address.getPort());
                    Probed channel = new Probed(server.accept())) {
                ByteArrayEndPoint endPoint = new ByteArrayEndPoint();
                new GuardedSocket(endPoint, channel, new PendingWrite(endPoint))
                        .shutdown(ConnectionPhase.COMPUTING);

                assertThat(channel.asked).isFalse();
                assertThat(channel.refused).isTrue();
                assertThat(client.getInputStream().readAllBytes()).isEmpty();
            }
        }
    }

    /** Is probed as soon as its input ends. */
    private static final class Probed extends SocketChannel {
        private final SocketChannel real;
        boolean asked;
        boolean refused;

        Probed(SocketChannel real) {
            super(real.provider());
            this.real = real;
        }

        @Override
        public SocketChannel shutdownInput() throws IOException {
            real.shutdownInput();
            try {
                asked = real.write(ByteBuffer.wrap("H".getBytes(StandardCharsets.US_ASCII))) == 1;
            } catch (ClosedChannelException shutDown) {
                refused = true;
            }
            return this;
        }

        @Override
        public SocketChannel shutdownOutput() throws IOException {
            real.shutdownOutput();
            return this;
        }

        @Override
        public SocketChannel bind(SocketAddress local) throws IOException {
            real.bind(local);
            return this;
        }

        @Override
        public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
            real.setOption(name, value);
            return this;
        }

        @Override
        public <T> T getOption(SocketOption<T> name) throws IOException {
            return real.getOption(name);
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return real.supportedOptions();
        }

        @Override
        public Socket socket() {
            return real.socket();
        }

        @Override
        public boolean isConnected() {
            return real.isConnected();
        }

        @Override
        public boolean isConnectionPending() {
            return real.isConnectionPending();
        }

        @Override
        public boolean connect(SocketAddress remote) throws IOException {
            return real.connect(remote);
        }

        @Override
        public boolean finishConnect() throws IOException {
            return real.finishConnect();
        }

        @Override
        public SocketAddress getRemoteAddress() throws IOException {
            return real.getRemoteAddress();
        }

        @Override
        public SocketAddress getLocalAddress() throws IOException {
            return real.getLocalAddress();
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return real.read(into);
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
            return real.read(into, offset, length);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            return real.write(from);
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            return real.write(from, offset, length);
        }

        @Override
        protected void implCloseSelectableChannel() throws IOException {
            real.close();
        }

        @Override
        protected void implConfigureBlocking(boolean block) throws IOException {
            real.configureBlocking(block);
        }
    }
}
