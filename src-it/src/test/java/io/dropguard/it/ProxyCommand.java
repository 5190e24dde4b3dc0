package io.dropguard.it;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A real reverse proxy in front of a server. Immutable.
 *
 * @param config its configuration, in which {@code DIRECTORY}, {@code PORT} and {@code UPSTREAM}
 *     stand for what is known when it starts
 * @param command to which the name of the configuration is added
 */
public record ProxyCommand(String config, String command) {

    /** With more for the only location. */
    public static ProxyCommand nginx(String location) {
        return new ProxyCommand(
                """
                daemon off;
                worker_processes 1;
                error_log stderr warn;
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
                            MORE
                        }
                    }
                }
                """
                        .replace("MORE", location),
                "nginx -e stderr -c");
    }

    /** With more defaults for frontend and backend. */
    public static ProxyCommand haproxy(String defaults) {
        return new ProxyCommand(
                """
                defaults
                    mode http
                    timeout connect 5s
                    MORE
                listen quickstart
                    bind 127.0.0.1:PORT
                    server upstream UPSTREAM
                """
                        .replace("MORE", String.join("\n    ", defaults.lines().toList())),
                "haproxy -db -f");
    }

    /** With more for the {@code reverse_proxy}. */
    public static ProxyCommand caddy(String proxy) {
        return new ProxyCommand(
                """
                {
                    admin off
                    auto_https off
                }
                http://:PORT {
                    bind 127.0.0.1
                    reverse_proxy UPSTREAM {
                        MORE
                    }
                }
                """
                        .replace("MORE", proxy),
                "caddy run --adapter caddyfile --config");
    }

    /** One that runs. Thread-safe. */
    public record Running(RunningProcess process, URI base) implements AutoCloseable {
        @Override
        public void close() throws InterruptedException {
            process.close();
        }
    }

    public Running start(Path parent, URI upstream) throws IOException {
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
