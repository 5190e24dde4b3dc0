package io.dropguard.spring.mvc;

import io.dropguard.cancel.CancellationToken;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.springframework.core.ReactiveAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Has subscriptions cancelled with a request. Thread-safe. */
final class CancelledPublisher<T> implements Publisher<T> {
    private final Publisher<T> source;
    private final CancellationToken token;

    private CancelledPublisher(Publisher<T> source, CancellationToken token) {
        this.source = source;
        this.token = token;
    }

    /** The same, of the same kind, but cancelled with {@code token}. */
    static Object link(Object value, ReactiveAdapter adapter, CancellationToken token) {
        // Reactor's own operator: between two of its own, ours would lose its context.
        if (value.getClass().getName().startsWith("reactor.")) return Reactors.link(value, token);
        return adapter.fromPublisher(new CancelledPublisher<>(adapter.toPublisher(value), token));
    }

    @Override
    public void subscribe(Subscriber<? super T> subscriber) {
        source.subscribe(new Link<>(subscriber, token));
    }

    private record Link<T>(Subscriber<? super T> subscriber, CancellationToken token)
            implements Subscriber<T> {
        @Override
        public void onSubscribe(Subscription subscription) {
            subscriber.onSubscribe(subscription);
            cancelWith(token, subscription);
        }

        @Override
        public void onNext(T element) {
            subscriber.onNext(element);
        }

        @Override
        public void onError(Throwable failure) {
            subscriber.onError(failure);
        }

        @Override
        public void onComplete() {
            subscriber.onComplete();
        }
    }

    // The token forgets it when the exchange is over; to cancel what has ended does nothing.
    private static void cancelWith(CancellationToken token, Subscription subscription) {
        token.onCancelled(why -> subscription.cancel());
    }

    /** Loaded only where Reactor is. */
    private static final class Reactors {
        static Object link(Object value, CancellationToken token) {
            if (value instanceof Mono<?> mono)
                return mono.doOnSubscribe(subscription -> cancelWith(token, subscription));
            if (value instanceof Flux<?> flux)
                return flux.doOnSubscribe(subscription -> cancelWith(token, subscription));
            return value;
        }
    }
}
