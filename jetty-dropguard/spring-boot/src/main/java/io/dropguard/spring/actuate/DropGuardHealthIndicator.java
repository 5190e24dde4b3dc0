package io.dropguard.spring.actuate;

import io.dropguard.DropGuard;
import io.dropguard.connector.GuardConnectionFactory;
import io.dropguard.exchange.GuardStatistics;
import java.util.List;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Up where a server is guarded, however many clients leave; unknown where none is, as when the
 * application runs in a Jetty that is not its own. Thread-safe.
 */
public final class DropGuardHealthIndicator extends AbstractHealthIndicator {
    private final DropGuard guard;

    public DropGuardHealthIndicator(DropGuard guard) {
        this.guard = guard;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Server server = guard.handler().getServer();
        if (server == null) {
            builder.unknown().withDetail("reason", "no server is guarded");
            return;
        }
        List<Connector> connectors = List.of(server.getConnectors());
        long guarded = connectors.stream().filter(GuardConnectionFactory::isGuarded).count();
        GuardStatistics statistics = guard.statistics();
        builder.up()
                .withDetail("connectors", connectors.size())
                .withDetail("guarded", guarded)
                .withDetail("phase", guard.draining().phase())
                .withDetail("active", statistics.active())
                .withDetail(
                        "lost",
                        statistics.losses().values().stream().mapToLong(Long::longValue).sum());
    }
}
