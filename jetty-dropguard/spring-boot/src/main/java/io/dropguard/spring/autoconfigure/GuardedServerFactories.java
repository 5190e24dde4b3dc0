package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;

/**
 * Has every server of a context guarded, after all that customizes it: what is guarded are the
 * connectors that it has then, be they Boot's own, those that TLS has put in their place, or an
 * application's. Thread-safe.
 */
final class GuardedServerFactories implements BeanPostProcessor {
    private final Supplier<DropGuard> guard;

    GuardedServerFactories(Supplier<DropGuard> guard) {
        this.guard = guard;
    }

    // Boot customizes factories before their initialization, in whatever order: we come after.
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof ConfigurableJettyWebServerFactory factory)
            factory.addServerCustomizers(server -> guard.get().installOn(server));
        return bean;
    }
}
