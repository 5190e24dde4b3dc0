package io.dropguard.spring.mvc;

import io.dropguard.cancel.CancellationToken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.HandlerMethodReturnValueHandlerComposite;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * Cancels what a controller has returned to be waited for, futures and reactive types, when its
 * request is cancelled: Spring itself only ceases to wait. Thread-safe.
 *
 * <p>What else may be returned hears of it from Spring: it interrupts a {@code Callable}, fails a
 * {@code DeferredResult} and an emitter, and has writes fail.
 */
final class CancelledReturnValues implements HandlerMethodReturnValueHandler {
    private static final boolean REACTIVE = isPresent("org.reactivestreams.Publisher");

    private final HandlerMethodReturnValueHandlerComposite springs =
            new HandlerMethodReturnValueHandlerComposite();
    private final ReactiveAdapterRegistry reactive;

    private CancelledReturnValues(
            List<HandlerMethodReturnValueHandler> springs, ReactiveAdapterRegistry reactive) {
        this.springs.addHandlers(springs);
        this.reactive = reactive;
    }

    /** Puts one before all the handlers that an adapter has. */
    static void installOn(RequestMappingHandlerAdapter adapter) {
        List<HandlerMethodReturnValueHandler> springs = adapter.getReturnValueHandlers();
        if (springs == null) return;
        List<HandlerMethodReturnValueHandler> all = new ArrayList<>(springs.size() + 1);
        all.add(new CancelledReturnValues(springs, ReactiveAdapterRegistry.getSharedInstance()));
        all.addAll(springs);
        adapter.setReturnValueHandlers(all);
    }

    @Override
    public boolean supportsReturnType(MethodParameter type) {
        Class<?> declared = type.getParameterType();
        if (ResponseEntity.class.isAssignableFrom(declared))
            declared = type.nested().getNestedParameterType();
        return CompletionStage.class.isAssignableFrom(declared)
                || (REACTIVE && reactive.getAdapter(declared) != null);
    }

    @Override
    public void handleReturnValue(
            @Nullable Object value,
            MethodParameter type,
            ModelAndViewContainer container,
            NativeWebRequest request)
            throws Exception {
        CancellationToken token = Exchanges.token(request);
        springs.handleReturnValue(
                value == null ? null : linked(value, token), type, container, request);
    }

    private Object linked(Object value, CancellationToken token) {
        if (value instanceof ResponseEntity<?> entity && entity.getBody() != null)
            return ResponseEntity.status(entity.getStatusCode())
                    .headers(entity.getHeaders())
                    .body(linked(entity.getBody(), token));
        if (value instanceof CompletionStage<?> stage)
            return value instanceof Future<?> future ? waitedFor(stage, future, token) : value;
        ReactiveAdapter adapter = REACTIVE ? reactive.getAdapter(value.getClass()) : null;
        return adapter == null ? value : CancelledPublisher.link(value, adapter, token);
    }

    /**
     * What Spring waits for in the future's place: it does not hear of our cancelling it. Jetty
     * tells it of a lost client at that time, and a dispatch in the midst of that is an error.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // the same stage, and passing it on cannot fail
    static <T> CompletableFuture<T> waitedFor(
            CompletionStage<T> stage, Future<?> future, CancellationToken token) {
        CompletableFuture<T> waitedFor = new CompletableFuture<>();
        stage.whenComplete(
                (result, failure) -> {
                    if (token.isCancelled()) return;
                    if (failure == null) waitedFor.complete(result);
                    else waitedFor.completeExceptionally(failure);
                });
        token.link(future);
        return waitedFor;
    }

    private static boolean isPresent(String type) {
        try {
            Class.forName(type, false, CancelledReturnValues.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }
}
