package io.dropguard.it.waiting;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Reverse proxies that wait no longer than two seconds for the next bytes of a response. */
enum ImpatientProxy {
    NGINX(
            """
            daemon off;
            pid DIRECTORY/nginx.pid;
            error_log stderr warn;
            events {}
            http {
                access_log off;
                client_body_temp_path DIRECTORY/body;
                proxy_temp_path DIRECTORY/proxy;
                fastcgi_temp_path DIRECTORY/fastcgi;
                uwsgi_temp_path DIRECTORY/uwsgi;
                scgi_temp_path DIRECTORY/scgi;
                server {
                    listen 127.0.0.1:PORT;
                    location / {
                        proxy_pass http://UPSTREAM;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                        proxy_read_timeout 2s;
                    }
                }
            }
            """,
            "nginx -e stderr -c"),
    HAPROXY(
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 1m
                timeout server 2s
            listen quickstart
                bind 127.0.0.1:PORT
                server upstream UPSTREAM
            """,
            "haproxy -db -f"),
    CADDY(
            """
            {
                admin off
                auto_https off
            }
            http://:PORT {
                bind 127.0.0.1
                reverse_proxy UPSTREAM {
                    transport http {
                        read_timeout 2s
                        response_header_timeout 2s
                    }
                }
            }
            """,
            "caddy run --adapter caddyfile --config");

    private static final Duration STARTED_WITHIN = Duration.ofSeconds(30);

    private final String config;
    private final String command; // to which the name of the configuration is added

    ImpatientProxy(String config, String command) {
        this.config = config;
        this.command = command;
    }

    record Running(Process process, URI base) implements AutoCloseable {
        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
        }
    }

    Running start(Path parent, URI upstream) throws IOException {
        Path directory = Files.createTempDirectory(parent, "proxy");
        int port = freePort();
        Path file = directory.resolve("config");
        Files.writeString(
                file,
                config.replace("DIRECTORY", directory.toString())
                        .replace("PORT", Integer.toString(port))
                        .replace("UPSTREAM", upstream.getAuthority()));
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
        return new Running(process, URI.create("http://127.0.0.1:" + port));
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
