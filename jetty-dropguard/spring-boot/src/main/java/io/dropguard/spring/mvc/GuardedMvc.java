package io.dropguard.spring.mvc;

import io.dropguard.DropGuard;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Brings controllers' annotations and what they return under the guard. Thread-safe once the
 * context has started.
 */
public final class GuardedMvc implements WebMvcConfigurer, SmartInitializingSingleton {
    private final HandlerPolicies policies;
    private final ObjectProvider<DropGuard> guard;
    private final ObjectProvider<RequestMappingHandlerMapping> mappings;
    private final ObjectProvider<RequestMappingHandlerAdapter> adapters;
    private final String root;

    /**
     * Looks at mappings and adapters when all beans are there.
     *
     * @param root of the application's mappings, from the server's: {@code /app}, or nothing
     */
    public GuardedMvc(
            UnaryOperator<String> placeholders,
            ObjectProvider<DropGuard> guard,
            ObjectProvider<RequestMappingHandlerMapping> mappings,
            ObjectProvider<RequestMappingHandlerAdapter> adapters,
            String root) {
        this.policies = new HandlerPolicies(placeholders);
        this.guard = guard;
        this.mappings = mappings;
        this.adapters = adapters;
        this.root = root;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new PolicyInterceptor(policies));
    }

    @Override
    public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
        configurer.registerCallableInterceptors(new TokenCallableInterceptor());
    }

    /**
     * Reads all annotations, so that one that is wrong stops the start, and has the guard know
     * where heartbeats may come.
     */
    @Override
    public void afterSingletonsInstantiated() {
        adapters.forEach(CancelledReturnValues::installOn);
        DropGuard known = guard.getIfAvailable();
        for (RequestMappingHandlerMapping mapping : mappings)
            mapping.getHandlerMethods().forEach((info, method) -> read(info, method, known));
    }

    private void read(RequestMappingInfo info, HandlerMethod method, @Nullable DropGuard known) {
        Map<String, String> options = policies.options(method);
        if (known == null || !"auto".equals(options.get(HandlerPolicies.HEARTBEAT))) return;
        Set<String> patterns = info.getPatternValues();
        for (String pattern : patterns)
            known.handler().expectHeartbeats(servletPattern(root + pattern));
    }

    /** As a servlet's pattern, which matches too much rather than too little. */
    static String servletPattern(String pattern) {
        int literal = 0;
        while (literal < pattern.length() && "{*?".indexOf(pattern.charAt(literal)) < 0) literal++;
        if (literal == pattern.length()) return pattern.isEmpty() ? "/" : pattern;
        int end = pattern.lastIndexOf('/', literal);
        return (end < 0 ? "" : pattern.substring(0, end)) + "/*";
    }
}
