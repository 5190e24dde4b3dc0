package io.dropguard.spring.mvc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.CancellationToken;
import io.dropguard.cancel.Deadline;
import io.dropguard.spring.ClientLossEvent;
import io.dropguard.spring.CurrentToken;
import io.dropguard.spring.Heartbeat;
import io.dropguard.spring.ResponseDeadline;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An application with everything that a controller may return. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableAsync
@Import({
    MvcApplication.Controller.class,
    MvcApplication.Quick.class,
    MvcApplication.Workers.class,
    MvcApplication.Advice.class
})
class MvcApplication {
    private final BlockingQueue<ClientLossEvent> losses = new LinkedBlockingQueue<>();

    @Bean
    Probe probe() {
        return new Probe();
    }

    BlockingQueue<ClientLossEvent> losses() {
        return losses;
    }

    @EventListener
    void on(ClientLossEvent loss) {
        losses.add(loss);
    }

    @RestControllerAdvice
    static class Advice {
        private final AtomicInteger handled = new AtomicInteger();

        int handled() {
            return handled.get();
        }

        @ExceptionHandler
        ResponseEntity<String> any(Exception thrown) {
            handled.incrementAndGet();
            return ResponseEntity.internalServerError().body(thrown.toString());
        }
    }

    static class Workers {
        private final Probe probe;

        Workers(Probe probe) {
            this.probe = probe;
        }

        @Async
        public CompletableFuture<String> future() {
            probe.work();
            return CompletableFuture.completedFuture("never");
        }

        @Async
        public void nothing() {
            probe.work();
        }

        @Async
        public void detached(CountDownLatch finish) throws InterruptedException {
            Consumer<String> ended = probe.begun();
            finish.await();
            ended.accept("finished");
        }
    }

    @RestController
    static class Controller {
        private final Probe probe;
        private final Workers workers;
        final CountDownLatch finish = new CountDownLatch(1);

        Controller(Probe probe, Workers workers) {
            this.probe = probe;
            this.workers = workers;
        }

        @GetMapping("/blocking")
        String blocking() {
            probe.work();
            return "never";
        }

        @GetMapping("/callable")
        Callable<String> callable() {
            return this::blocking;
        }

        @GetMapping("/web-async-task")
        WebAsyncTask<String> webAsyncTask() {
            return new WebAsyncTask<>(60_000L, this::blocking);
        }

        @GetMapping("/streaming")
        StreamingResponseBody streaming() {
            return body -> probe.work();
        }

        @GetMapping("/deferred")
        DeferredResult<String> deferred() {
            DeferredResult<String> result = new DeferredResult<>(60_000L);
            Consumer<String> ended = probe.begun();
            result.onError(thrown -> ended.accept("error"));
            return result;
        }

        @GetMapping("/future")
        CompletableFuture<String> future() {
            Consumer<String> ended = probe.begun();
            return new CompletableFuture<>() {
                @Override
                public boolean cancel(boolean interrupting) {
                    ended.accept("cancelled");
                    return super.cancel(interrupting);
                }
            };
        }

        @GetMapping("/sse")
        SseEmitter sse() {
            SseEmitter emitter = new SseEmitter(60_000L);
            Consumer<String> ended = probe.begun();
            emitter.onError(thrown -> ended.accept("error"));
            return emitter;
        }

        @GetMapping("/mono")
        Mono<String> mono() {
            Consumer<String> ended = probe.begun();
            return Mono.<String>never().doOnCancel(() -> ended.accept("cancelled"));
        }

        @GetMapping("/flux")
        Flux<Map<String, String>> flux() {
            Consumer<String> ended = probe.begun();
            return Flux.<Map<String, String>>never().doOnCancel(() -> ended.accept("cancelled"));
        }

        @GetMapping(path = "/events", produces = "text/event-stream")
        Flux<String> events() {
            Consumer<String> ended = probe.begun();
            return Flux.just("first")
                    .concatWith(Flux.never())
                    .doOnCancel(() -> ended.accept("cancelled"));
        }

        @GetMapping("/entity-of-flux")
        ResponseEntity<Flux<String>> entityOfFlux() {
            return ResponseEntity.ok(events());
        }

        @GetMapping("/async-future")
        CompletableFuture<String> asyncFuture() {
            return workers.future();
        }

        @GetMapping("/async-nothing")
        DeferredResult<String> asyncNothing() {
            workers.nothing();
            return new DeferredResult<>(60_000L);
        }

        @GetMapping("/async-detached")
        DeferredResult<String> asyncDetached() {
            CurrentToken.runDetached(
                    () -> {
                        try {
                            workers.detached(finish);
                        } catch (InterruptedException impossible) { // it is another thread's
                            throw new IllegalStateException(impossible);
                        }
                    });
            return new DeferredResult<>(60_000L);
        }
    }

    @RestController
    @ResponseDeadline(value = "${slow.deadline:50ms}", status = 504)
    static class Quick {
        private final Probe probe;
        final CountDownLatch beaten = new CountDownLatch(1);

        Quick(Probe probe) {
            this.probe = probe;
        }

        @GetMapping(path = "/arguments")
        @ResponseDeadline("1h")
        String arguments(CancellationToken token, Deadline deadline) {
            return (token == CurrentToken.get())
                    + " "
                    + token.deadline().equals(deadline)
                    + " "
                    + deadline.remaining().toMinutes();
        }

        @GetMapping("/deadline")
        String deadline() {
            probe.work();
            return "never";
        }

        @GetMapping(path = "/heartbeat/{name}", produces = "application/json")
        @Heartbeat(interval = "20ms")
        @ResponseDeadline("none")
        Map<String, String> heartbeat(CancellationToken token) throws InterruptedException {
            probe.begun();
            assertThat(beaten.await(20, SECONDS)).isTrue();
            return Map.of("name", "value");
        }

        @GetMapping("/threads")
        @ResponseDeadline("none")
        Callable<String> threads() {
            boolean request = isVirtual(Thread.currentThread());
            return () -> request + " " + isVirtual(Thread.currentThread());
        }

        /** JDK 17 does not know the method. */
        private static boolean isVirtual(Thread thread) {
            return thread.getClass().getName().contains("Virtual");
        }

        @GetMapping("/failing")
        @ResponseDeadline("none")
        String failing() {
            throw new IllegalStateException("a fault of the application");
        }
    }
}
