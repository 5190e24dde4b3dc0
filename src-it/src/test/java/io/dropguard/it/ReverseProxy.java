package io.dropguard.it;

import io.dropguard.cancel.ClientLoss.Signal;
import org.jspecify.annotations.Nullable;

/** Reverse proxies, and what they tell a server of their clients. */
enum ReverseProxy {
    NGINX(Signal.FIN),
    HAPROXY_ABORT_ON_CLOSE(Signal.RST),
    HAPROXY(null), // nothing, until bytes flow
    CADDY(Signal.FIN);

    private static final String PATIENT =
            """
            timeout client 1h
            timeout server 1h
            """;

    private final @Nullable Signal signal;

    ReverseProxy(@Nullable Signal signal) {
        this.signal = signal;
    }

    /** How its client's leaving reaches the server, or null if it does not. */
    @Nullable Signal signal() {
        return signal;
    }

    ProxyCommand command() {
        return switch (this) {
            case NGINX -> ProxyCommand.nginx("");
            case HAPROXY_ABORT_ON_CLOSE -> ProxyCommand.haproxy("option abortonclose\n" + PATIENT);
            case HAPROXY -> ProxyCommand.haproxy(PATIENT);
            case CADDY -> ProxyCommand.caddy("");
        };
    }
}
