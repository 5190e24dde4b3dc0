package io.dropguard.servlet;

import io.dropguard.DropGuard;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;

/** A server with one context. Confined to its test. */
final class FilteredServer implements AutoCloseable {
    /** What a servlet does. */
    interface Work {
        void run(HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException, InterruptedException;
    }

    final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final Stack stack;
    private final ContextHandler context;

    FilteredServer(Stack stack) {
        this(stack, stack.context());
    }

    FilteredServer(Stack stack, ContextHandler context) {
        this.stack = stack;
        this.context = context;
        context.setContextPath("/app");
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(context);
    }

    FilteredServer servlet(String pattern, Work work) {
        return servlet(pattern, pattern, work);
    }

    FilteredServer servlet(String name, String pattern, Work work) {
        HttpServlet servlet =
                new HttpServlet() {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected void service(HttpServletRequest request, HttpServletResponse response)
                            throws ServletException, IOException {
                        try {
                            work.run(request, response);
                        } catch (InterruptedException stopped) {
                            throw new ServletException(stopped);
                        }
                    }
                };
        stack.add(context, servlet, name, pattern);
        return this;
    }

    FilteredServer filter(String pattern, String... keysAndValues) {
        Map<String, String> parameters = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2)
            parameters.put(keysAndValues[i], keysAndValues[i + 1]);
        stack.add(context, new DropGuardFilter(), pattern, parameters);
        return this;
    }

    FilteredServer filter(Filter filter, String pattern) {
        stack.add(context, filter, pattern, Map.of());
        return this;
    }

    FilteredServer guarded() {
        DropGuard.create().installOn(server);
        return this;
    }

    FilteredServer guarded(DropGuard.Builder guard) {
        guard.build().installOn(server);
        return this;
    }

    FilteredServer within(Handler.Wrapper handler) {
        server.insertHandler(handler);
        return this;
    }

    FilteredServer start() throws Exception {
        server.start();
        return this;
    }

    int port() {
        return connector.getLocalPort();
    }

    Socket request(String path, String... headers) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port());
        client.setSoTimeout(30_000);
        StringBuilder request =
                new StringBuilder("GET /app" + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) request.append(header).append("\r\n");
        client.getOutputStream()
                .write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        return client;
    }

    /** The whole of an answer whose connection is closed after it. */
    String get(String path, String... headers) throws IOException {
        String[] more = Arrays.copyOf(headers, headers.length + 1);
        more[headers.length] = "Connection: close";
        try (Socket client = request(path, more)) {
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** All up to and with {@code end}. */
    static String readUntil(Socket client, String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith(end)) {
            int next = client.getInputStream().read();
            if (next < 0) throw new EOFException("no " + end + " in " + text);
            text.append((char) next);
        }
        return text.toString();
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
