package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import io.dropguard.spring.DropGuardBuilderCustomizer;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Guards the application's Jetty, be it for servlets or reactive. */
@AutoConfiguration
@ConditionalOnWebApplication
@ConditionalOnClass(ConfigurableJettyWebServerFactory.class)
@ConditionalOnBooleanProperty(name = "dropguard.enabled", matchIfMissing = true)
public final class DropGuardAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    static BoundOptions dropGuardOptions(Environment environment) {
        return BoundOptions.of(environment);
    }

    /** The guard of the application's server, as properties and customizers want it. */
    @Bean
    @ConditionalOnMissingBean
    DropGuard dropGuard(
            BoundOptions options, ObjectProvider<DropGuardBuilderCustomizer> customizers) {
        DropGuard.Builder builder = DropGuard.builder();
        options.applyTo(builder, key -> !key.equals(LeavingLifecycle.DELAY));
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    @Bean
    @ConditionalOnBean(DropGuard.class)
    LeavingLifecycle dropGuardLeaving(DropGuard guard, BoundOptions options) {
        String delay = options.value(LeavingLifecycle.DELAY);
        return new LeavingLifecycle(
                guard, delay == null ? Duration.ZERO : DurationStyle.detectAndParse(delay.strip()));
    }

    @Bean
    static GuardedServerFactories dropGuardServerFactories(ObjectProvider<DropGuard> guard) {
        return new GuardedServerFactories(guard::getObject);
    }
}
