package io.dropguard.it.early;

import static org.awaitility.Awaitility.await;

import io.dropguard.samples.quickstart.Quickstart;
import io.dropguard.testkit.TestServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Servers that refuse a POST before they have read it, on all interfaces: ours, the same without
 * DropGuard, and nginx. Thread-safe.
 */
final class EarlyServers implements AutoCloseable {
    enum Kind {
        GUARDED,
        BARE,
        NGINX
    }

    /** The ports of one. */
    record Ports(int clearText, int tls) {
        int of(boolean secure) {
            return secure ? tls : clearText;
        }
    }

    private static final String NGINX =
            """
            daemon off;
            worker_processes 1;
            error_log stderr;
            pid DIRECTORY/nginx.pid;
            events {}
            http {
                access_log off;
                client_body_temp_path DIRECTORY/body;
                proxy_temp_path DIRECTORY/proxy;
                fastcgi_temp_path DIRECTORY/fastcgi;
                uwsgi_temp_path DIRECTORY/uwsgi;
                scgi_temp_path DIRECTORY/scgi;
                lingering_close on;
                client_max_body_size 1m;
                server {
                    listen CLEAR;
                    listen TLS ssl;
                    ssl_certificate DIRECTORY/certificate.pem;
                    ssl_certificate_key DIRECTORY/key.pem;
                }
            }
            """;

    private final Map<Kind, Ports> ports = new EnumMap<>(Kind.class);
    private final Quickstart guarded;
    private final Quickstart bare;
    private final Process nginx;

    EarlyServers(Path directory) throws Exception {
        guarded = quickstart();
        bare = quickstart("--bare");
        ports.put(Kind.GUARDED, new Ports(guarded.port(), guarded.tlsPort()));
        ports.put(Kind.BARE, new Ports(bare.port(), bare.tlsPort()));
        Ports free = new Ports(freePort(), freePort());
        ports.put(Kind.NGINX, free);
        keys(directory);
        Path config = directory.resolve("nginx.conf");
        Files.writeString(
                config,
                NGINX.replace("DIRECTORY", directory.toString())
                        .replace("CLEAR", Integer.toString(free.clearText))
                        .replace("TLS", Integer.toString(free.tls)));
        nginx =
                new ProcessBuilder("nginx", "-e", "stderr", "-c", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        await().atMost(Duration.ofSeconds(30)).until(() -> accepts(free.tls));
    }

    Ports ports(Kind kind) {
        Ports known = ports.get(kind);
        if (known == null) throw new IllegalStateException(kind + " was not started");
        return known;
    }

    private static Quickstart quickstart(String... more) throws Exception {
        String[] options = {"--host", "0.0.0.0", "--port", "0", "--tls-port", "0"};
        String[] all = new String[options.length + more.length];
        System.arraycopy(options, 0, all, 0, options.length);
        System.arraycopy(more, 0, all, options.length, more.length);
        return Quickstart.start(new PrintStream(PrintStream.nullOutputStream()), all);
    }

    /** The testkit's certificate and key, as nginx wants them. */
    private static void keys(Path directory) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = "dropguard".toCharArray();
        try (InputStream in = TestServer.class.getResourceAsStream("/localhost.p12")) {
            store.load(in, password);
        }
        String alias = store.aliases().nextElement();
        pem(
                directory.resolve("key.pem"),
                "PRIVATE KEY",
                store.getKey(alias, password).getEncoded());
        pem(
                directory.resolve("certificate.pem"),
                "CERTIFICATE",
                store.getCertificate(alias).getEncoded());
    }

    private static void pem(Path file, String what, byte[] bytes) throws IOException {
        String text =
                Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(bytes);
        Files.writeString(
                file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, text, what));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() throws Exception {
        nginx.destroy();
        if (!nginx.waitFor(10, TimeUnit.SECONDS)) nginx.destroyForcibly();
        bare.close();
        guarded.close();
    }
}
