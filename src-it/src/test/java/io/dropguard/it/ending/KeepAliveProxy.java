package io.dropguard.it.ending;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Reverse proxies that keep connections to the server between requests. */
enum KeepAliveProxy {
    NGINX(
            "nginx",
            """
            daemon off;
            pid DIRECTORY/nginx.pid;
            error_log stderr crit;
            events {}
            http {
                access_log off;
                client_body_temp_path DIRECTORY/body;
                proxy_temp_path DIRECTORY/proxy;
                fastcgi_temp_path DIRECTORY/fastcgi;
                uwsgi_temp_path DIRECTORY/uwsgi;
                scgi_temp_path DIRECTORY/scgi;
                upstream servers {
                    server 127.0.0.1:UPSTREAM;
                    keepalive 64;
                }
                server {
                    listen 127.0.0.1:PORT;
                    location / {
                        proxy_pass http://servers;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }
                }
            }
            """,
            "nginx -e stderr -c"),
    HAPROXY(
            "haproxy",
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 1m
                timeout server 1m
            listen front
                bind 127.0.0.1:PORT
                http-reuse always
                server upstream 127.0.0.1:UPSTREAM
            """,
            "haproxy -db -f"),
    CADDY(
            "caddy",
            """
            {
                admin off
                auto_https off
            }
            http://:PORT {
                bind 127.0.0.1
                reverse_proxy 127.0.0.1:UPSTREAM
            }
            """,
            "caddy run --adapter caddyfile --config");

    private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);

    private final String option;
    private final String config;
    private final String command; // to which the name of the configuration is added

    KeepAliveProxy(String option, String config, String command) {
        this.option = option;
        this.config = config;
        this.command = command;
    }

    /** The value of {@code behind-proxy} for it. */
    String option() {
        return option;
    }

    record Running(Process process, int port) implements AutoCloseable {
        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
        }
    }

    Running start(Path parent, int upstream) throws IOException {
        Path directory = Files.createTempDirectory(parent, "proxy");
        int port = freePort();
        Path file = directory.resolve("config");
        Files.writeString(
                file,
                config.replace("DIRECTORY", directory.toString())
                        .replace("PORT", Integer.toString(port))
                        .replace("UPSTREAM", Integer.toString(upstream)));
        ProcessBuilder builder =
                new ProcessBuilder((command + " " + file).split(" "))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("output").toFile());
        builder.environment().put("HOME", directory.toString()); // Caddy keeps files there
        Process process = builder.start();
        await().alias(this + " listens")
                .atMost(STARTED_WITHIN)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> accepts(port));
        return new Running(process, port);
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
