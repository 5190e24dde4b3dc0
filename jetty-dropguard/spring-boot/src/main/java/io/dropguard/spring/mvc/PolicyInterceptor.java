package io.dropguard.spring.mvc;

import io.dropguard.exchange.GuardedExchange;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Applies what a controller's method says, before it is called. Thread-safe. */
final class PolicyInterceptor implements HandlerInterceptor {
    private final HandlerPolicies policies;

    PolicyInterceptor(HandlerPolicies policies) {
        this.policies = policies;
    }

    @Override
    public boolean preHandle(
            HttpServletRequest request, HttpServletResponse response, Object handler) {
        if (handler instanceof HandlerMethod method
                && request.getDispatcherType() == DispatcherType.REQUEST) apply(request, method);
        return true;
    }

    private void apply(HttpServletRequest request, HandlerMethod method) {
        Map<String, String> options = policies.options(method);
        GuardedExchange exchange = options.isEmpty() ? null : Exchanges.find(request);
        if (exchange != null) exchange.apply(policies.compose(exchange.policy(), options));
    }
}
