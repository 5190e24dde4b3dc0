package io.dropguard;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Tells in its answer all that it was told, and does so in the {@link FuzzWay} that the path asks
 * for: {@code /way/millis/key}. Thread-safe.
 */
final class FuzzApplication extends Handler.Abstract {
    private final Map<String, FuzzRead> reads = new ConcurrentHashMap<>();

    @Nullable FuzzRead take(String key) {
        return reads.remove(key);
    }

    @Nullable FuzzRead find(String key) {
        return reads.get(key);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String[] path = Request.getPathInContext(request).split("/", -1);
        if (path.length != 4) return false;
        FuzzRead read = new FuzzRead();
        read.begin(request);
        // served twice: what the second gets must not be taken for what the first got
        if (reads.putIfAbsent(path[3], read) != null) reads.put(path[3] + "-again", read);
        FuzzWay way = FuzzWay.valueOf(path[1]);
        Exchange exchange =
                new Exchange(request, response, callback, read, way, Integer.parseInt(path[2]));
        response.getHeaders().put("X-Key", path[3]);
        if (way == FuzzWay.ASYNC) exchange.run();
        else exchange.block();
        return true;
    }

    /** Quiet, as an application is that knows of clients that leave. */
    private static final class Interrupted extends IOException implements QuietException {}

    /** Confined to one thread at a time. */
    private record Exchange(
            Request request,
            Response response,
            Callback callback,
            FuzzRead read,
            FuzzWay way,
            int millis)
            implements Runnable {

        void block() {
            try {
                if (way == FuzzWay.LATE_READ) pause();
                if (way == FuzzWay.HALF) {
                    String half = request.getHeaders().get("X-Half");
                    readBlocking(half == null ? 0 : Integer.parseInt(half));
                } else if (way != FuzzWay.NOTHING) readBlocking(Integer.MAX_VALUE);
                if (way != FuzzWay.LATE_READ) pause();
                if (way == FuzzWay.STREAM) stream();
                else answer();
            } catch (IOException failed) {
                fail(failed);
            }
        }

        /** Has the content been read up to the limit? */
        private boolean take(Content.Chunk chunk, int limit) throws IOException {
            if (Content.Chunk.isFailure(chunk)) throw asIo(chunk.getFailure());
            read.add(chunk.getByteBuffer(), limit - read.length());
            boolean done = chunk.isLast() || read.length() >= limit;
            chunk.release();
            return done;
        }

        private void readBlocking(int limit) throws IOException {
            boolean done = limit == 0;
            while (!done) {
                Content.Chunk chunk = request.read();
                if (chunk != null) done = take(chunk, limit);
                else
                    try (Blocker.Runnable available = Blocker.runnable()) {
                        request.demand(available);
                        available.block();
                    }
            }
        }

        @Override
        public void run() {
            try {
                boolean done = false;
                while (!done) {
                    Content.Chunk chunk = request.read();
                    if (chunk == null) {
                        request.demand(this);
                        return;
                    }
                    done = take(chunk, Integer.MAX_VALUE);
                }
                answer();
            } catch (IOException failed) {
                fail(failed);
            }
        }

        private void answer() {
            ByteBuffer text = UTF_8.encode(told());
            read.end("answered");
            response.write(true, text, callback);
        }

        private void stream() throws IOException {
            byte[] text = told().getBytes(UTF_8);
            int from = 0;
            for (int to : new int[] {text.length / 3, text.length / 2}) {
                try (Blocker.Callback written = Blocker.callback()) {
                    response.write(false, ByteBuffer.wrap(text, from, to - from), written);
                    written.block();
                }
                from = to;
                pause();
            }
            read.end("answered");
            response.write(true, ByteBuffer.wrap(text, from, text.length - from), callback);
        }

        private void fail(IOException failure) {
            boolean interrupted = failure instanceof Interrupted;
            read.end(interrupted ? "interrupted" : "failed");
            callback.failed(failure);
        }

        private void pause() throws IOException {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            long left;
            while ((left = end - System.nanoTime()) > 0) {
                LockSupport.parkNanos(left);
                if (Thread.currentThread().isInterrupted()) throw new Interrupted();
            }
        }

        private String told() {
            StringBuilder text = new StringBuilder(request.getMethod());
            text.append(' ').append(request.getHttpURI().getPathQuery());
            text.append(' ').append(request.getConnectionMetaData().getHttpVersion()).append('\n');
            for (HttpField field : request.getHeaders()) text.append(field).append('\n');
            byte[] body = read.bytes();
            text.append(body.length).append(' ').append(Arrays.hashCode(body)).append('\n');
            HttpFields trailers = way.leavesBody() ? null : request.getTrailers();
            if (trailers != null) for (HttpField field : trailers) text.append(field).append('\n');
            return text.toString();
        }

        private static IOException asIo(Throwable failure) {
            return failure instanceof IOException io ? io : new IOException(failure);
        }
    }
}
