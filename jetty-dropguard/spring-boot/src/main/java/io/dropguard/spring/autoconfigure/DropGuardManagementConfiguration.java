package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Guards the server of {@code management.server.port}, which is another one than the application's,
 * in a context of its own.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnClass(ConfigurableJettyWebServerFactory.class)
@ConditionalOnBooleanProperty(name = "dropguard.enabled", matchIfMissing = true)
class DropGuardManagementConfiguration {
    private static final String LOG_FILE = "log-file";

    /** As Boot's access logs are called there. */
    private static final String FILE_PREFIX = "management_";

    @Bean
    static GuardedServerFactories dropGuardManagementServerFactories(Environment environment) {
        return new GuardedServerFactories(() -> guard(BoundOptions.of(environment)));
    }

    /** The same guard without what is for the application's clients: a heap dump takes its time. */
    private static DropGuard guard(BoundOptions options) {
        DropGuard.Builder builder = DropGuard.builder();
        options.applyTransportTo(builder);
        builder.set(LOG_FILE, logFile(options.value(LOG_FILE)));
        return builder.build();
    }

    /** Two servers do not write one file. */
    private static String logFile(@Nullable String ofApplication) {
        Path file = Path.of(ofApplication == null ? "exchange.log" : ofApplication.strip());
        return file.resolveSibling(FILE_PREFIX + file.getFileName()).toString();
    }
}
