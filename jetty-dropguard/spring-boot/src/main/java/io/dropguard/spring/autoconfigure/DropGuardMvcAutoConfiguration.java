package io.dropguard.spring.autoconfigure;

import io.dropguard.DropGuard;
import io.dropguard.servlet.ServletGuard;
import io.dropguard.spring.mvc.GuardArgumentResolver;
import io.dropguard.spring.mvc.GuardedMvc;
import io.dropguard.spring.mvc.LostClientResolver;
import io.dropguard.spring.mvc.QuietAsyncFailures;
import io.dropguard.spring.mvc.TokenFilter;
import io.dropguard.spring.mvc.TokenTaskDecorator;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import java.util.EnumSet;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletPath;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Has what Spring MVC's controllers do cancelled with their requests. */
@AutoConfiguration(after = DropGuardAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({DispatcherServlet.class, DispatcherServletPath.class, ServletGuard.class})
public final class DropGuardMvcAutoConfiguration {

    /** Also where nothing is guarded: there a controller's token is never cancelled. */
    @Bean
    @ConditionalOnMissingBean(name = "dropGuardArguments")
    WebMvcConfigurer dropGuardArguments() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new GuardArgumentResolver());
            }
        };
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty(name = "dropguard.enabled", matchIfMissing = true)
    static class Guarded {
        @Bean
        @ConditionalOnMissingBean
        GuardedMvc dropGuardMvc(
                ConfigurableBeanFactory factory,
                ObjectProvider<DropGuard> guard,
                ObjectProvider<RequestMappingHandlerMapping> mappings,
                ObjectProvider<RequestMappingHandlerAdapter> adapters,
                ServletContext context,
                ObjectProvider<DispatcherServletPath> servlet) {
            DispatcherServletPath path = servlet.getIfAvailable();
            return new GuardedMvc(
                    text -> String.valueOf(factory.resolveEmbeddedValue(text)),
                    guard,
                    mappings,
                    adapters,
                    context.getContextPath() + (path == null ? "" : path.getPrefix()));
        }

        @Bean
        @ConditionalOnMissingBean
        LostClientResolver dropGuardExceptionResolver() {
            return new LostClientResolver();
        }

        /** The first of all filters: what any of them throws is in vain too. */
        @Bean
        @ConditionalOnMissingBean(name = "dropGuardFilter")
        FilterRegistrationBean<TokenFilter> dropGuardFilter(ApplicationEventPublisher events) {
            FilterRegistrationBean<TokenFilter> registration =
                    new FilterRegistrationBean<>(new TokenFilter(events));
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
            return registration;
        }

        @Bean
        @ConditionalOnMissingBean
        TokenTaskDecorator dropGuardTaskDecorator() {
            return new TokenTaskDecorator();
        }

        @Bean
        @ConditionalOnMissingBean
        static QuietAsyncFailures dropGuardQuietAsyncFailures() {
            return new QuietAsyncFailures();
        }
    }
}
