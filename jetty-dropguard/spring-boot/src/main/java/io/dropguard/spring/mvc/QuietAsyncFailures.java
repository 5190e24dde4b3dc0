package io.dropguard.spring.mvc;

import io.dropguard.spring.CurrentToken;
import java.lang.reflect.Method;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.aop.interceptor.SimpleAsyncUncaughtExceptionHandler;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.scheduling.annotation.AsyncConfigurer;

/**
 * Keeps what {@code @Async} methods throw, when they were cancelled with their request, from being
 * logged as errors. Thread-safe.
 */
public final class QuietAsyncFailures implements BeanPostProcessor, PriorityOrdered {
    private static final Logger LOG = LoggerFactory.getLogger(QuietAsyncFailures.class);

    /** Before those that make proxies: nobody is to look for advice for us. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof AsyncConfigurer configurer ? new Quiet(configurer) : bean;
    }

    private record Quiet(AsyncConfigurer configurer) implements AsyncConfigurer {
        @Override
        public @Nullable Executor getAsyncExecutor() {
            return configurer.getAsyncExecutor();
        }

        @Override
        public AsyncUncaughtExceptionHandler getAsyncUncaughtExceptionHandler() {
            AsyncUncaughtExceptionHandler handler = configurer.getAsyncUncaughtExceptionHandler();
            AsyncUncaughtExceptionHandler loud =
                    handler == null ? new SimpleAsyncUncaughtExceptionHandler() : handler;
            return (thrown, method, arguments) -> {
                if (CurrentToken.get().isCancelled()) log(thrown, method);
                else loud.handleUncaughtException(thrown, method, arguments);
            };
        }

        private static void log(Throwable thrown, Method method) {
            LOG.debug("{}: {} ended with {}", CurrentToken.get(), method, thrown.toString());
            LOG.trace("ended with", thrown);
        }
    }
}
