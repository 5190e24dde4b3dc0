package io.dropguard.console;

import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A guarded server with a console. What is beneath {@code /job} blocks until it is released, in a
 * thread whose name the request may say; all else is answered {@code application}.
 */
final class ConsoleServer implements AutoCloseable {
    final DropGuard guard;
    final TestServer server;
    final CountDownLatch release = new CountDownLatch(1);

    private ConsoleServer(
            UnaryOperator<DropGuard.Builder> settings, Consumer<ServerConnector> connector)
            throws Exception {
        guard = settings.apply(DropGuard.builder().set("console", "true")).build();
        server =
                TestServer.speaking(Protocol.HTTP_1)
                        .handledBy(new Application())
                        .connector(connector)
                        .guardedBy(guard::installOn)
                        .start();
    }

    static ConsoleServer start() throws Exception {
        return start(builder -> builder);
    }

    static ConsoleServer start(UnaryOperator<DropGuard.Builder> settings) throws Exception {
        return new ConsoleServer(settings, connector -> {});
    }

    static ConsoleServer start(
            UnaryOperator<DropGuard.Builder> settings, Consumer<ServerConnector> connector)
            throws Exception {
        return new ConsoleServer(settings, connector);
    }

    private final class Application extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback)
                throws Exception {
            if (Request.getPathInContext(request).startsWith("/job"))
                work(request.getHeaders().get("Thread-Name"));
            Content.Sink.write(response, true, "application", callback);
            return true;
        }

        private void work(@Nullable String threadName) throws InterruptedException {
            String before = Thread.currentThread().getName();
            if (threadName != null) Thread.currentThread().setName(threadName);
            try {
                if (!release.await(20, TimeUnit.SECONDS))
                    throw new IllegalStateException("never released");
            } finally {
                Thread.currentThread().setName(before);
            }
        }
    }

    String host() {
        return "127.0.0.1:" + server.port();
    }

    /** The whole answer, as it came. */
    String get(String target, String... headers) throws IOException {
        return send("GET", target, "Host: " + host(), headers);
    }

    String delete(String target, String... headers) throws IOException {
        return send("DELETE", target, "Host: " + host(), headers);
    }

    String getFor(String host, String target, String... headers) throws IOException {
        return send("GET", target, "Host: " + host, headers);
    }

    String send(String method, String target, String host, String... headers) throws IOException {
        return sendFrom(InetAddress.getLoopbackAddress(), method, target, host, headers);
    }

    String sendFrom(
            InetAddress address, String method, String target, String host, String... headers)
            throws IOException {
        StringBuilder request = new StringBuilder(method + " " + target + " HTTP/1.1\r\n" + host);
        for (String header : headers) request.append("\r\n").append(header);
        request.append("\r\nConnection: close\r\n\r\n");
        try (Socket socket = new Socket(address, server.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    String token(String... headers) throws IOException {
        return body(get("/dropguard/token", headers)).strip();
    }

    /** A client whose request is being computed. */
    RawClient busy(String target, String... headers) throws IOException {
        long before = guard.statistics().active();
        RawClient client = RawClient.connect(server.port());
        client.send(
                "GET "
                        + target
                        + " HTTP/1.1\r\nHost: localhost\r\n"
                        + String.join("\r\n", headers)
                        + (headers.length == 0 ? "" : "\r\n")
                        + "\r\n");
        await().until(() -> guard.statistics().active() > before);
        return client;
    }

    /** A number of a JSON object, by its name. */
    static long number(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"?(-?\\d+)").matcher(json);
        if (!found.find()) throw new AssertionError("no " + name + " in " + json);
        return Long.parseLong(found.group(1));
    }

    /** Reads events as they come. */
    static String readUntil(InputStream in, String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.UTF_8).contains(end)) {
            int next = in.read();
            if (next < 0) throw new IOException("the end after: " + read);
            read.write(next);
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws Exception {
        release.countDown();
        server.close();
    }
}
