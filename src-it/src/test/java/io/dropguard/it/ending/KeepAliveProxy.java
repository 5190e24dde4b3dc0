package io.dropguard.it.ending;

import io.dropguard.it.ProxyCommand;
import java.util.Locale;

/** Reverse proxies that keep connections to the server between requests. */
enum KeepAliveProxy {
    NGINX,
    HAPROXY,
    CADDY;

    /** The value of {@code behind-proxy} for it. */
    String option() {
        return name().toLowerCase(Locale.ROOT);
    }

    ProxyCommand command() {
        return switch (this) {
            case NGINX -> nginx();
            case HAPROXY ->
                    ProxyCommand.haproxy(
                            """
                            timeout client 1m
                            timeout server 1m
                            http-reuse always
                            """);
            case CADDY -> ProxyCommand.caddy("");
        };
    }

    /** With a pool of connections, which it has for upstreams that have a name. */
    private static ProxyCommand nginx() {
        ProxyCommand plain = ProxyCommand.nginx("");
        return new ProxyCommand(
                plain.config()
                        .replace("proxy_pass http://UPSTREAM", "proxy_pass http://servers")
                        .replace(
                                "    server {\n",
                                "    upstream servers { server UPSTREAM; keepalive 64; }\n    server {\n"),
                plain.command());
    }
}
