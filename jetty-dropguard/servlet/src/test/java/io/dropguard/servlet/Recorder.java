package io.dropguard.servlet;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Keeps what an async cycle's listener hears, and then reacts. Thread-safe. */
final class Recorder implements AsyncListener {
    private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
    private final BlockingQueue<AsyncEvent> completions = new LinkedBlockingQueue<>();
    private final Consumer<AsyncEvent> reaction;

    Recorder(Consumer<AsyncEvent> reaction) {
        this.reaction = reaction;
    }

    static Recorder completing() {
        return new Recorder(event -> event.getAsyncContext().complete());
    }

    Throwable awaitError() throws InterruptedException {
        Throwable error = errors.poll(20, TimeUnit.SECONDS);
        if (error == null) throw new AssertionError("onError was not called");
        return error;
    }

    void awaitCompletion() throws InterruptedException {
        if (completions.poll(20, TimeUnit.SECONDS) == null)
            throw new AssertionError("onComplete was not called");
    }

    /** Errors and completions that nobody has awaited. */
    List<Object> surplus() {
        List<Object> all = new ArrayList<>(errors);
        all.addAll(completions);
        return all;
    }

    @Override
    public void onError(AsyncEvent event) {
        errors.add(event.getThrowable());
        reaction.accept(event);
    }

    @Override
    public void onComplete(AsyncEvent event) {
        completions.add(event);
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        errors.add(new AssertionError("timed out"));
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // the next cycle keeps its listeners only if they are added again
        event.getAsyncContext().addListener(this);
    }
}
