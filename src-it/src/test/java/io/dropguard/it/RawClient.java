package io.dropguard.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * A client that sends one GET and never reads the answer, so that it decides how its connection
 * ends. Confined to one thread.
 */
final class RawClient implements AutoCloseable {
    private static final SSLContext TLS = trusting();

    private final Socket tcp;
    private final Socket socket; // the same, or the TLS one over it

    private RawClient(Socket tcp, Socket socket) {
        this.tcp = tcp;
        this.socket = socket;
    }

    static RawClient get(Protocol protocol, URI uri) throws IOException {
        Socket tcp = new Socket(uri.getHost(), uri.getPort());
        tcp.setTcpNoDelay(true);
        RawClient client =
                new RawClient(tcp, protocol.isTls() ? handshake(tcp, protocol, uri) : tcp);
        client.socket
                .getOutputStream()
                .write(protocol.isHttp2() ? http2(protocol, uri) : http1(uri));
        return client;
    }

    /** Closes in order, with nothing unread: what the server sees is a FIN. */
    void closeWithFin() throws IOException {
        drain();
        socket.close();
    }

    /** Aborts: what the server sees is an RST. */
    void closeWithRst() throws IOException {
        tcp.setSoLinger(true, 0);
        tcp.close();
    }

    @Override
    public void close() throws IOException {
        tcp.close();
    }

    /** A socket that is closed with unread bytes sends RST; a server's first frames are such. */
    private void drain() throws IOException {
        socket.setSoTimeout(1);
        InputStream in = socket.getInputStream();
        byte[] bytes = new byte[1024];
        try {
            while (true) if (in.read(bytes) < 0) return;
        } catch (SocketTimeoutException allRead) {
            socket.setSoTimeout(0);
        }
    }

    private static SSLSocket handshake(Socket tcp, Protocol protocol, URI uri) throws IOException {
        SSLSocket tls =
                (SSLSocket)
                        TLS.getSocketFactory()
                                .createSocket(tcp, uri.getHost(), uri.getPort(), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {protocol.isHttp2() ? "h2" : "http/1.1"});
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return tls;
    }

    private static byte[] http1(URI uri) {
        String request =
                "GET %s?%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .formatted(uri.getPath(), uri.getQuery());
        return request.getBytes(StandardCharsets.US_ASCII);
    }

    /** RFC 9113: the preface, empty SETTINGS, and one HEADERS frame, encoded as RFC 7541 has it. */
    private static byte[] http2(Protocol protocol, URI uri) throws IOException {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        headers.write(0x80 | 2); // :method GET
        headers.write(0x80 | (protocol.isTls() ? 7 : 6)); // :scheme
        literal(headers, 1, "localhost"); // :authority
        literal(headers, 4, uri.getPath() + "?" + uri.getQuery()); // :path
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(all, 4, 0, 0, new byte[0]);
        frame(all, 1, 0x4 | 0x1, 1, headers.toByteArray()); // END_HEADERS, END_STREAM
        return all.toByteArray();
    }

    private static void literal(ByteArrayOutputStream into, int name, String value)
            throws IOException {
        into.write(name); // not to be indexed
        into.write(value.length());
        into.write(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static void frame(
            ByteArrayOutputStream into, int type, int flags, int stream, byte[] payload)
            throws IOException {
        into.write(new byte[] {0, 0, (byte) payload.length, (byte) type, (byte) flags});
        into.write(new byte[] {0, 0, 0, (byte) stream});
        into.write(payload);
    }

    /** The quickstart's certificate is its own; whether it is genuine is not the subject here. */
    private static SSLContext trusting() {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(null, new TrustManager[] {new TrustsAll()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static final class TrustsAll implements X509TrustManager {
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
