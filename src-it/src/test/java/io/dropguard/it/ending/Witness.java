package io.dropguard.it.ending;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands between a proxy and its server, hands everything on, and remembers which POSTs the proxy
 * has sent: also those for which the server had closed the connection already. Thread-safe.
 */
final class Witness implements AutoCloseable {
    private static final int CHUNK = 16 * 1024;

    private static final Pattern POST = Pattern.compile("POST (/\\S+) HTTP/1\\.1\r\n");

    private final ServerSocket listening;
    private final int target;
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Relays to {@code target} on the loopback interface. */
    Witness(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** The paths of the POSTs that have come from the proxy. */
    Set<String> sent() {
        return sent;
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket proxy = listening.accept();
                Socket server = new Socket();
                server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                proxy.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                threads.execute(() -> fromProxy(proxy, server));
                threads.execute(() -> fromServer(server, proxy));
            } catch (IOException closed) {
                if (!listening.isClosed()) throw new IllegalStateException(closed);
            }
        }
    }

    /** Reads until the proxy has ended, whatever the server does: none of its POSTs is missed. */
    private void fromProxy(Socket proxy, Socket server) {
        StringBuilder unmatched = new StringBuilder();
        boolean serverReads = true;
        try (proxy;
                server) {
            InputStream in = proxy.getInputStream();
            byte[] bytes = new byte[CHUNK];
            for (int length; (length = in.read(bytes)) >= 0; ) {
                note(unmatched.append(new String(bytes, 0, length, StandardCharsets.US_ASCII)));
                serverReads = serverReads && handOn(server, bytes, length);
            }
        } catch (IOException reset) {
            reset(server); // as HAProxy ends those that it needs no more
        }
    }

    private void note(StringBuilder text) {
        Matcher posts = POST.matcher(text);
        int end = 0;
        while (posts.find()) {
            sent.add(posts.group(1));
            end = posts.end();
        }
        text.delete(0, end);
    }

    private static boolean handOn(Socket to, byte[] bytes, int length) {
        try {
            to.getOutputStream().write(bytes, 0, length);
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    private static void fromServer(Socket server, Socket proxy) {
        try {
            OutputStream out = proxy.getOutputStream();
            server.getInputStream().transferTo(out);
            proxy.shutdownOutput();
        } catch (IOException ended) {
            reset(proxy); // it does nothing if it was the proxy that ended
        }
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (SocketException closed) {
            return;
        } catch (IOException unclosed) {
            throw new IllegalStateException(unclosed);
        }
    }
}
