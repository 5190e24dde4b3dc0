package io.dropguard.log;

import io.dropguard.cancel.Deadline;
import io.dropguard.exchange.GuardedExchange;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;

/** Ends each exchange as its path says: {@code /LEFT_WAITING?id=3-17}. Thread-safe. */
final class EndingApplication extends Handler.Abstract implements AutoCloseable {
    /** 5 ms: long enough to be waited for, and short enough for thousands. */
    private static final Duration DEADLINE = Duration.ofMillis(5);

    /** 16 MiB, in parts: more than the sockets of a connection take. */
    private static final int PARTS = 256;

    private static final int PART = 64 * 1024;

    private final Map<String, Watch> watches = new ConcurrentHashMap<>();
    private final ExecutorService later = Executors.newCachedThreadPool();

    /** What a test learns of an exchange that it waits for. */
    static final class Watch {
        final CountDownLatch working = new CountDownLatch(1);
        final CountDownLatch inVain = new CountDownLatch(1);
        volatile String remote = "";
    }

    Watch watch(String id) {
        Watch watch = new Watch();
        watches.put(id, watch);
        return watch;
    }

    void forget(String id) {
        watches.remove(id);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        String query = request.getHttpURI().getQuery();
        GuardedExchange exchange = GuardedExchange.of(request);
        Runnable working = () -> begun(request, exchange, query.substring("id=".length()));
        switch (ExpectedEnd.valueOf(path.substring(1))) {
            case ANSWERED, ANSWERED_AND_CLOSED ->
                    Content.Sink.write(response, true, "hello", callback);
            case ANSWERED_EMPTY, ANSWERED_EMPTY_AND_CLOSED -> callback.succeeded();
            case ANSWERED_IN_PARTS -> {
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, "half".length());
                half(response, callback, () -> response.write(true, null, callback));
            }
            case ANSWERED_LATER ->
                    later.execute(() -> Content.Sink.write(response, true, "hello", callback));
            case REFUSED -> {
                response.setStatus(403);
                Content.Sink.write(response, true, "no", callback);
            }
            case THROWN, THROWN_AND_CLOSED -> throw new QuietFailure();
            case FAILED -> callback.failed(new QuietFailure());
            case BROKEN_OFF -> half(response, callback, () -> callback.failed(new QuietFailure()));
            case LEFT_WAITING, STOPPED_WAITING -> await(working, callback);
            case LEFT_ASYNC, STOPPED_ASYNC, SHUT_DOWN_WAITING ->
                    failInVain(exchange, working, callback);
            case LEFT_READING, STOPPED_READING, SHUT_DOWN_READING ->
                    read(request, working, callback);
            case EXPIRED_WAITING -> await(() -> expire(exchange), callback);
            case EXPIRED_ASYNC -> failInVain(exchange, () -> expire(exchange), callback);
            case EXPIRED_READING -> read(request, () -> expire(exchange), callback);
            case EXPIRED_HALF ->
                    half(
                            response,
                            callback,
                            () -> failInVain(exchange, () -> expire(exchange), callback));
            case STUCK_WRITING -> {
                working.run();
                write(response, callback);
            }
            case STOPPED_HALF ->
                    half(response, callback, () -> failInVain(exchange, working, callback));
            case NOT_FOUND, UNPARSABLE -> {
                return false;
            }
        }
        return true;
    }

    private void begun(Request request, GuardedExchange exchange, String id) {
        Watch watch = watches.get(id);
        if (watch == null) throw new IllegalStateException("id: " + id + " (expected: watched)");
        watch.remote = request.getConnectionMetaData().getRemoteSocketAddress().toString();
        exchange.token().onCancelled(reason -> watch.inVain.countDown());
        watch.working.countDown();
    }

    private static void expire(GuardedExchange exchange) {
        exchange.setDeadline(Deadline.after(DEADLINE));
    }

    private static void half(Response response, Callback callback, Runnable afterwards) {
        Content.Sink.write(response, false, "half", Callback.from(afterwards, callback::failed));
    }

    private static void await(Runnable first, Callback callback) {
        try {
            first.run();
            boolean released = new CountDownLatch(1).await(60, TimeUnit.SECONDS);
            callback.failed(new IllegalStateException("released: " + released));
        } catch (InterruptedException stopped) {
            callback.failed(new QuietFailure());
        }
    }

    private static void failInVain(GuardedExchange exchange, Runnable then, Callback callback) {
        exchange.token().onCancelled(reason -> callback.failed(new QuietFailure()));
        then.run();
    }

    private static void read(Request request, Runnable first, Callback callback) throws Exception {
        first.run();
        try (InputStream in = Content.Source.asInputStream(request)) {
            in.readAllBytes();
        }
        callback.succeeded();
    }

    private static void write(Response response, Callback callback) throws Exception {
        ByteBuffer zeros = ByteBuffer.allocate(PART);
        for (int i = 0; i < PARTS; i++)
            try (Blocker.Callback written = Blocker.callback()) {
                response.write(false, zeros.slice(), written);
                written.block();
            }
        callback.succeeded();
    }

    @Override
    public void close() {
        later.shutdownNow();
    }

    private static final class QuietFailure extends Exception implements QuietException {
        private static final long serialVersionUID = 1;
    }
}
