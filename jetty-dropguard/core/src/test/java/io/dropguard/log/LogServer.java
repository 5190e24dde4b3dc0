package io.dropguard.log;

import io.dropguard.DropGuard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A server that logs, on a port of its own. */
final class LogServer implements AutoCloseable {
    final Server server = new Server(new QueuedThreadPool(32));
    final ServerConnector connector;
    final Records records = new Records();

    /** What a handler does, without the wrapping. */
    interface Work {
        boolean handle(Request request, Response response, Callback callback) throws Exception;
    }

    private LogServer(Work work) {
        HttpConfiguration http = new HttpConfiguration();
        http.setRequestHeaderSize(2 * 1024 * 1024);
        http.setResponseHeaderSize(4 * 1024 * 1024);
        http.setMaxResponseHeaderSize(4 * 1024 * 1024);
        connector =
                new ServerConnector(
                        server,
                        1,
                        1,
                        new HttpConnectionFactory(http),
                        new HTTP2CServerConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        return work.handle(request, response, callback);
                    }
                });
    }

    static LogServer guarded(LogConfig config, Work work) {
        LogServer logging = new LogServer(work);
        DropGuard.builder()
                .log(new ExchangeLog(config, logging.records))
                .build()
                .installOn(logging.server);
        return logging.start();
    }

    static LogServer guarded(LogConfig config, Work work, ExchangeSink sink) {
        LogServer logging = new LogServer(work);
        DropGuard.builder().log(new ExchangeLog(config, sink)).build().installOn(logging.server);
        return logging.start();
    }

    static LogServer guarded(Work work) {
        return guarded(LogConfig.DEFAULT, work);
    }

    static LogServer bare(LogConfig config, Work work) {
        LogServer logging = new LogServer(work);
        logging.server.insertHandler(new ExchangeLog(config, logging.records));
        return logging.start();
    }

    static LogServer notStarted(LogConfig config, Work work) {
        LogServer logging = new LogServer(work);
        logging.server.insertHandler(new ExchangeLog(config, logging.records));
        return logging;
    }

    LogServer start() {
        try {
            server.start();
            return this;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** Sends a request as it is and reads the answer until the server closes. */
    String exchange(String request) {
        return exchange(request.getBytes(StandardCharsets.ISO_8859_1));
    }

    String exchange(byte[] request) {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request);
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    String get(String target, String... headers) {
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\n");
        request.append("Host: localhost\r\nConnection: close\r\n");
        for (String header : headers) request.append(header).append("\r\n");
        return exchange(request.append("\r\n").toString());
    }

    String post(String target, String contentType, byte[] body, String... headers) {
        StringBuilder head = new StringBuilder("POST " + target + " HTTP/1.1\r\n");
        head.append("Host: localhost\r\nConnection: close\r\n");
        head.append("Content-Type: ").append(contentType).append("\r\n");
        head.append("Content-Length: ").append(body.length).append("\r\n");
        for (String header : headers) head.append(header).append("\r\n");
        byte[] start = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] whole = new byte[start.length + body.length];
        System.arraycopy(start, 0, whole, 0, start.length);
        System.arraycopy(body, 0, whole, start.length, body.length);
        return exchange(whole);
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
