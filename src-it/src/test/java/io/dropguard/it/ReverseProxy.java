package io.dropguard.it;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A real reverse proxy in front of the server. */
enum ReverseProxy {
    NGINX(
            Signal.FIN,
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
                server {
                    listen 127.0.0.1:PORT;
                    location / {
                        proxy_pass http://UPSTREAM;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }
                }
            }
            """,
            "nginx -e stderr -c"),
    HAPROXY_ABORT_ON_CLOSE(
            Signal.RST,
            """
            defaults
                mode http
                option abortonclose
                timeout connect 5s
                timeout client 1h
                timeout server 1h
            listen quickstart
                bind 127.0.0.1:PORT
                server upstream UPSTREAM
            """,
            "haproxy -db -f"),
    HAPROXY(
            null, // nothing, until bytes flow
            """
            defaults
                mode http
                timeout connect 5s
                timeout client 1h
                timeout server 1h
            listen quickstart
                bind 127.0.0.1:PORT
                server upstream UPSTREAM
            """,
            "haproxy -db -f"),
    CADDY(
            Signal.FIN,
            """
            {
                admin off
                auto_https off
            }
            http://:PORT {
                bind 127.0.0.1
                reverse_proxy UPSTREAM
            }
            """,
            "caddy run --adapter caddyfile --config");

    private final @Nullable Signal signal;
    private final String config;
    private final String command; // to which the name of the configuration is added

    ReverseProxy(@Nullable Signal signal, String config, String command) {
        this.signal = signal;
        this.config = config;
        this.command = command;
    }

    /** How its client's leaving reaches the server, or null if it does not. */
    @Nullable Signal signal() {
        return signal;
    }

    record Running(RunningProcess process, URI base) implements AutoCloseable {
        @Override
        public void close() throws InterruptedException {
            process.close();
        }
    }

    Running start(Path parent, URI upstream) throws IOException {
        Path directory = Files.createTempDirectory(parent, "proxy");
        int port = RunningProcess.freePort();
        Path file = directory.resolve("config");
        Files.writeString(
                file,
                config.replace("DIRECTORY", directory.toString())
                        .replace("PORT", Integer.toString(port))
                        .replace("UPSTREAM", upstream.getAuthority()));
        RunningProcess process = RunningProcess.start(directory, (command + " " + file).split(" "));
        return new Running(process.listeningOn(port), URI.create("http://127.0.0.1:" + port));
    }
}
