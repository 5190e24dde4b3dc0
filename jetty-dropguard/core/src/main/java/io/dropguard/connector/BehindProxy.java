package io.dropguard.connector;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * The reverse proxy in front of a server, and how long it keeps a connection to it that nothing
 * uses. Immutable.
 *
 * @param name for people
 * @param idle as the proxy's own documentation has it for connections to upstreams
 */
public record BehindProxy(String name, Duration idle) {

    /** 60 s: {@code keepalive_timeout} of an {@code upstream}. */
    public static final BehindProxy NGINX = new BehindProxy("nginx", Duration.ofSeconds(60));

    /**
     * 60 s: it has no timeout, but closes half of those that it does not need every {@code
     * pool-purge-delay} (5 s), and what it takes for needed decays within a minute.
     */
    public static final BehindProxy HAPROXY = new BehindProxy("haproxy", Duration.ofSeconds(60));

    /** 2 min: {@code keepalive} of the HTTP transport. */
    public static final BehindProxy CADDY = new BehindProxy("caddy", Duration.ofMinutes(2));

    /** 1 h: {@code idle_timeout} of a cluster's {@code common_http_protocol_options}. */
    public static final BehindProxy ENVOY = new BehindProxy("envoy", Duration.ofHours(1));

    /** 60 s: {@code idle_timeout.timeout_seconds} of the load balancer. */
    public static final BehindProxy AWS_ALB = new BehindProxy("aws-alb", Duration.ofSeconds(60));

    /** Those that are known by name. */
    public static final List<BehindProxy> KNOWN = List.of(NGINX, HAPROXY, CADDY, ENVOY, AWS_ALB);

    public BehindProxy {
        requireNonNull(name, "name");
        if (idle.isNegative() || idle.isZero())
            throw new IllegalArgumentException("behind-proxy: " + idle + " (expected: > 0)");
    }

    /** One that is configured to keep idle connections so long. */
    public static BehindProxy keeping(Duration idle) {
        return new BehindProxy("a proxy", idle);
    }
}
