package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import io.dropguard.exchange.GuardHandler;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.core.PriorityOrdered;

/**
 * Has every server of a context guarded, after all that customizes it: what is guarded are the
 * connectors that it has then, be they Boot's own, those that TLS has put in their place, or an
 * application's. Thread-safe.
 */
final class GuardedServerFactories implements BeanPostProcessor, PriorityOrdered {
    private final Supplier<DropGuard> guard;

    GuardedServerFactories(Supplier<DropGuard> guard) {
        this.guard = guard;
    }

    /** Before those that make proxies: nobody is to look for advice for us. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    // Boot customizes factories before their initialization, in whatever order: we come after.
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof ConfigurableJettyWebServerFactory factory)
            factory.addServerCustomizers(server -> install(guard.get(), server));
        return bean;
    }

    private static void install(DropGuard guard, Server server) {
        guard.installOn(server); // now: when Boot starts a server it has taken its connectors away
        Handler ours = server.getHandler();
        server.addEventListener(
                new LifeCycle.Listener() {
                    @Override
                    public void lifeCycleStarting(LifeCycle starting) {
                        moveInside(guard.handler(), ours, server);
                    }
                });
    }

    /**
     * Boot puts a handler of its own around ours when all customizers are done. It changes no
     * bytes, but of a handler around us we cannot know it, and heartbeats would be left out.
     */
    private static void moveInside(GuardHandler guard, Handler ours, Server server) {
        if (!(server.getHandler() instanceof Handler.Singleton boots) || boots == ours) return;
        Handler.Singleton innermost = boots;
        while (innermost.getHandler() != ours) {
            if (!(innermost.getHandler() instanceof Handler.Singleton inner)) return;
            innermost = inner;
        }
        innermost.setHandler(guard.getHandler());
        guard.setHandler(boots);
        server.setHandler(ours);
    }
}
