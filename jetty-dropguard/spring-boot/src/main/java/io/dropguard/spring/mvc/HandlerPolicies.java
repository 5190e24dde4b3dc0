package io.dropguard.spring.mvc;

import io.dropguard.PolicyBuilder;
import io.dropguard.exchange.ResponsePolicy;
import io.dropguard.spring.Heartbeat;
import io.dropguard.spring.ResponseDeadline;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.method.HandlerMethod;

/** What the annotations of controllers' methods say, by the keys of options. Thread-safe. */
final class HandlerPolicies {
    static final String HEARTBEAT = "heartbeat";

    private record Target(Class<?> type, Method method) {}

    private record Key(ResponsePolicy server, Map<String, String> options) {}

    private final UnaryOperator<String> placeholders;
    private final Map<Target, Map<String, String>> ofMethods = new ConcurrentHashMap<>();
    private final Map<Key, ResponsePolicy> composed = new ConcurrentHashMap<>();

    /**
     * Reads none yet.
     *
     * @param placeholders resolves those in an annotation's values
     */
    HandlerPolicies(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
    }

    /**
     * What a method's annotations say; empty if it has none.
     *
     * @throws IllegalArgumentException if a value does not fit
     */
    Map<String, String> options(HandlerMethod method) {
        return ofMethods.computeIfAbsent(
                new Target(method.getBeanType(), method.getMethod()), target -> read(method));
    }

    /** What is configured for a path, with what the method says. */
    ResponsePolicy compose(ResponsePolicy server, Map<String, String> options) {
        return composed.computeIfAbsent(
                new Key(server, options),
                each -> {
                    PolicyBuilder policy = PolicyBuilder.from(each.server());
                    each.options().forEach(policy::set);
                    return policy.build();
                });
    }

    private Map<String, String> read(HandlerMethod method) {
        Map<String, String> options = new LinkedHashMap<>();
        Heartbeat heartbeat = find(method, Heartbeat.class);
        if (heartbeat != null) {
            set(options, HEARTBEAT, heartbeat.value());
            set(options, "heartbeat-interval", heartbeat.interval());
            set(options, "heartbeat-first-delay", heartbeat.firstDelay());
            String type = heartbeat.contentType();
            set(options, "heartbeat-content-type", type.isEmpty() ? produced(method) : type);
            set(options, "heartbeat-status", number(heartbeat.status()));
        }
        ResponseDeadline deadline = find(method, ResponseDeadline.class);
        if (deadline != null) {
            set(options, "response-deadline", deadline.value());
            set(options, "response-deadline-status", number(deadline.status()));
            set(options, "response-deadline-headers", String.join(",", deadline.headers()));
        }
        try {
            compose(ResponsePolicy.NONE, options);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    method.getShortLogMessage() + ": " + wrong.getMessage(), wrong);
        }
        return Map.copyOf(options);
    }

    private void set(Map<String, String> options, String key, String value) {
        if (!value.isEmpty()) options.put(key, placeholders.apply(value));
    }

    private static String number(int value) {
        return value == 0 ? "" : Integer.toString(value);
    }

    private static <A extends Annotation> @Nullable A find(HandlerMethod method, Class<A> type) {
        A ofMethod = method.getMethodAnnotation(type);
        return ofMethod == null
                ? AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), type)
                : ofMethod;
    }

    /** The one type that the method's mapping says it produces, or nothing. */
    private static String produced(HandlerMethod method) {
        RequestMapping mapping = method.getMethodAnnotation(RequestMapping.class);
        return mapping == null || mapping.produces().length != 1 ? "" : mapping.produces()[0];
    }
}
