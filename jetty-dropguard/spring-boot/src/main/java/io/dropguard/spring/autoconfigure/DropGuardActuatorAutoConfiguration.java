package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import io.dropguard.management.DropGuardMetrics;
import io.dropguard.spring.actuate.DropGuardEndpoint;
import io.dropguard.spring.actuate.DropGuardHealthIndicator;
import io.dropguard.spring.actuate.GuardObservationConvention;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.observation.ServerRequestObservationConvention;
import org.springframework.web.servlet.DispatcherServlet;

/** Tells of the guard where Actuator does. */
@AutoConfiguration(after = DropGuardAutoConfiguration.class)
@ConditionalOnClass(Endpoint.class)
@ConditionalOnBean(DropGuard.class)
public final class DropGuardActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    static class OfEndpoint {
        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        DropGuardEndpoint dropGuardEndpoint(DropGuard guard) {
            return new DropGuardEndpoint(guard);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
    static class OfHealth {
        @Bean
        @ConditionalOnMissingBean(name = "dropGuardHealthIndicator")
        @ConditionalOnEnabledHealthIndicator("dropguard")
        DropGuardHealthIndicator dropGuardHealthIndicator(DropGuard guard) {
            return new DropGuardHealthIndicator(guard);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterBinder.class)
    static class OfMeters {
        @Bean
        @ConditionalOnMissingBean
        DropGuardMetrics dropGuardMetrics(DropGuard guard) {
            return new DropGuardMetrics(guard.statistics(), guard.connections());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({
        ObservationRegistry.class,
        ObservationProperties.class,
        DispatcherServlet.class
    })
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class OfObservations {
        @Bean
        @ConditionalOnMissingBean(ServerRequestObservationConvention.class)
        GuardObservationConvention dropGuardObservationConvention(
                ObjectProvider<ObservationProperties> properties) {
            ObservationProperties known = properties.getIfAvailable(ObservationProperties::new);
            return new GuardObservationConvention(
                    known.getHttp().getServer().getRequests().getName());
        }
    }
}
