package io.dropguard.exchange;

import io.dropguard.DropGuard;
import io.dropguard.PolicyBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A guarded server on a free port, with clients for it. */
final class WaitFixture implements AutoCloseable {
    enum Wire {
        HTTP_1,
        H2C
    }

    interface Application {
        void answer(org.eclipse.jetty.server.Request request, Response response, Callback callback)
                throws Exception;
    }

    final Server server = new Server(new QueuedThreadPool(200));
    final DropGuard guard;
    final ServerConnector connector;
    private final HttpClient http1 = new HttpClient();
    private final HttpClient http2 =
            new HttpClient(new HttpClientTransportOverHTTP2(new HTTP2Client()));

    WaitFixture(Consumer<PolicyBuilder> policy, Application application) throws Exception {
        this(DropGuard.builder().everywhere(policy).build(), handler(application), true);
    }

    WaitFixture(DropGuard guard, Handler handler, boolean install) throws Exception {
        this.guard = guard;
        HttpConfiguration config = new HttpConfiguration();
        connector =
                new ServerConnector(
                        server,
                        1,
                        1,
                        new HttpConnectionFactory(config),
                        new HTTP2CServerConnectionFactory(config));
        connector.setHost("127.0.0.1");
        // with 50, of a thousand that connect at once some would try again a second later
        connector.setAcceptQueueSize(1_000);
        server.addConnector(connector);
        server.setHandler(handler);
        if (install) guard.installOn(server);
        server.start();
        http1.start();
        http2.start();
    }

    static Handler handler(Application application) {
        return new Handler.Abstract() {
            @Override
            public boolean handle(
                    org.eclipse.jetty.server.Request request, Response response, Callback callback)
                    throws Exception {
                application.answer(request, response, callback);
                return true;
            }
        };
    }

    /** What an application learns while it answers one request. */
    static <T> T learn(CompletableFuture<T> learnt, Application application) throws Exception {
        try (WaitFixture fixture = new WaitFixture(policy -> {}, application);
                Socket client = fixture.connect()) {
            send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            return learnt.get(20, TimeUnit.SECONDS);
        }
    }

    Request request(Wire wire, String target) {
        return (wire == Wire.H2C ? http2 : http1)
                .newRequest("http://127.0.0.1:" + connector.getLocalPort() + target)
                .timeout(20, TimeUnit.SECONDS);
    }

    ContentResponse get(Wire wire) throws Exception {
        return request(wire, "/").headers(headers -> headers.put("TE", "trailers")).send();
    }

    /** All bytes that a request sent as it is gets, until the end of the connection. */
    String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Exactly so many bytes. */
    static String read(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
    }

    /** Up to and with this text. */
    static String readTo(Socket socket, String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.UTF_8).endsWith(end)) {
            int next = socket.getInputStream().read();
            if (next < 0) throw new IOException("the end after: " + read);
            read.write(next);
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Waits until so many heartbeats were sent. */
    static void awaitBeats(org.eclipse.jetty.server.Request request, int count) {
        GuardedExchange exchange = GuardedExchange.of(request);
        Awaitility.await()
                .pollDelay(java.time.Duration.ZERO)
                .pollInterval(java.time.Duration.ofMillis(2))
                .until(() -> exchange.heartbeats() >= count);
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Response response, boolean last, String text) throws IOException {
        try (org.eclipse.jetty.util.Blocker.Callback blocker =
                org.eclipse.jetty.util.Blocker.callback()) {
            response.write(last, bytes(text), blocker);
            blocker.block();
        }
    }

    /** Every exchange ends. */
    void awaitQuiet() {
        Awaitility.await().until(() -> guard.statistics().active() == 0);
    }

    @Override
    public void close() throws Exception {
        http1.stop();
        http2.stop();
        server.stop();
    }
}
