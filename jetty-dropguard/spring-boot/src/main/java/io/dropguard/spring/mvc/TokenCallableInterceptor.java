package io.dropguard.spring.mvc;

import io.dropguard.spring.CurrentToken;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;

/**
 * Has {@link CurrentToken} known to a {@code Callable}, whatever executor runs it. Spring itself
 * interrupts it when it is told that the request has failed. Thread-safe.
 */
public final class TokenCallableInterceptor implements CallableProcessingInterceptor {
    private static final String SCOPE = TokenCallableInterceptor.class.getName() + ".scope";

    @Override
    public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
        request.setAttribute(
                SCOPE,
                CurrentToken.open(Exchanges.token(request)),
                RequestAttributes.SCOPE_REQUEST);
    }

    @Override
    public <T> void postProcess(
            NativeWebRequest request, Callable<T> task, @Nullable Object concurrentResult) {
        if (request.getAttribute(SCOPE, RequestAttributes.SCOPE_REQUEST)
                instanceof CurrentToken.Scope scope) scope.close();
    }
}
