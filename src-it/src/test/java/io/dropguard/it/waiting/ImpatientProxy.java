package io.dropguard.it.waiting;

import io.dropguard.it.ProxyCommand;

/** Reverse proxies that wait no longer than two seconds for the next bytes of a response. */
enum ImpatientProxy {
    NGINX,
    HAPROXY,
    CADDY;

    ProxyCommand command() {
        return switch (this) {
            case NGINX -> ProxyCommand.nginx("proxy_read_timeout 2s;");
            case HAPROXY ->
                    ProxyCommand.haproxy(
                            """
                            timeout client 1m
                            timeout server 2s
                            """);
            case CADDY ->
                    ProxyCommand.caddy(
                            """
                            transport http {
                                read_timeout 2s
                                response_header_timeout 2s
                            }
                            """);
        };
    }
}
