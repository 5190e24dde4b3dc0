package io.dropguard.spring;

import io.dropguard.DropGuard;

/**
 * Sets what properties cannot, such as a log with a sink of one's own; after what properties say.
 *
 * <pre>{@code
 * @Bean
 * DropGuardBuilderCustomizer log(ExchangeSink sink) {
 *     return builder -> builder.log(new ExchangeLog(LogConfig.DEFAULT, sink));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface DropGuardBuilderCustomizer {

    /** Called once, before the application's server is made. */
    void customize(DropGuard.Builder builder);
}
