package io.dropguard.spring.mvc;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Deadline;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * {@link CancellationToken} and {@link Deadline} as arguments of controllers. Thread-safe.
 *
 * <p>Where the server is not guarded, as in tests without one, the token is never cancelled and
 * there is no deadline.
 */
public final class GuardArgumentResolver implements HandlerMethodArgumentResolver {

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        Class<?> type = parameter.getParameterType();
        return type == CancellationToken.class || type == Deadline.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binderFactory) {
        CancellationToken token = Exchanges.token(request);
        return parameter.getParameterType() == Deadline.class ? token.deadline() : token;
    }
}
