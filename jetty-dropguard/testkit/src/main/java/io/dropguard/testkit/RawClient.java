package io.dropguard.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A client that says and hears exactly the bytes of a socket, clear or TLS. */
public final class RawClient implements TestClient {
    /** 20 s: a test that waits longer has failed. */
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket wire;
    private final Socket socket; // the wire, or TLS over it
    private final InputStream in;
    private final OutputStream out;

    private RawClient(Socket wire, Socket socket) throws IOException {
        this.wire = wire;
        this.socket = socket;
        wire.setSoTimeout(READ_TIMEOUT_MILLIS);
        wire.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    public static RawClient connect(int port) throws IOException {
        return connect(Protocol.HTTP_1, port);
    }

    public static RawClient connect(Protocol protocol, int port) throws IOException {
        return connect(protocol, new Socket(), port);
    }

    /** With a receive buffer so small that a server's large answer gets stuck. */
    public static RawClient connectWithSmallBuffer(Protocol protocol, int port) throws IOException {
        Socket small = new Socket();
        small.setReceiveBufferSize(4096);
        return connect(protocol, small, port);
    }

    private static RawClient connect(Protocol protocol, Socket wire, int port) throws IOException {
        wire.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10_000);
        if (!protocol.isSecure()) return new RawClient(wire, wire);
        try {
            SSLContext trusting = SSLContext.getInstance("TLS");
            trusting.init(null, new TrustManager[] {new TrustEverybody()}, null);
            Socket tls = trusting.getSocketFactory().createSocket(wire, "localhost", port, true);
            ((SSLSocket) tls).startHandshake();
            return new RawClient(wire, tls);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public RawClient send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    @Override
    public void get(String target) throws IOException {
        send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    /** Everything up to the end of the connection. */
    public String readAll() throws IOException {
        return text(in.readAllBytes());
    }

    /** Exactly so many bytes. */
    public byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length)
            throw new EOFException("only " + bytes.length + " of " + length + " bytes");
        return bytes;
    }

    /** Everything up to and with the first blank line. */
    public String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n"))
            head.write(read(1)[0]);
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** A head, and a body as long as the head declares. */
    public String readResponse() throws IOException {
        String head = readHead();
        return head + text(read(contentLength(head)));
    }

    @Override
    public String body() throws IOException {
        return text(read(contentLength(readHead())));
    }

    private static int contentLength(String head) throws IOException {
        for (String line : head.toLowerCase(Locale.ROOT).lines().toList())
            if (line.startsWith("content-length:"))
                return Integer.parseInt(line.substring("content-length:".length()).strip());
        throw new IOException("no Content-Length in: " + head);
    }

    /** Sends FIN and still reads. Clear text only. */
    public RawClient halfClose() throws IOException {
        wire.shutdownOutput();
        return this;
    }

    /** Closes in order: FIN, under TLS after close_notify. */
    public void fin() throws IOException {
        if (socket != wire) socket.shutdownOutput(); // its close() would wait for the server's
        wire.close();
    }

    /** Closes with RST. */
    public void rst() throws IOException {
        wire.setSoLinger(true, 0);
        wire.close();
    }

    @Override
    public void leave(Departure departure) throws IOException {
        switch (departure) {
            case FIN -> fin();
            case RST -> rst();
            default ->
                    throw new IllegalArgumentException(
                            "departure: " + departure + " (expected: FIN or RST)");
        }
    }

    @Override
    public void close() {
        try {
            wire.close();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static final class TrustEverybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
