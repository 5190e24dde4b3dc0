package io.dropguard.benchmarks.waiting;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/** Sees, outside the guard, when each heartbeat is handed down. Thread-safe. */
final class BeatRecorder extends Handler.Wrapper {
    private final long intervalNanos;
    final Lateness lateness = new Lateness();

    BeatRecorder(Duration interval) {
        this.intervalNanos = interval.toNanos();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request, new Recorded(request, response), callback);
    }

    private final class Recorded extends Response.Wrapper {
        private long due = getRequest().getBeginNanoTime() + intervalNanos;

        Recorded(Request request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            if (!last && BufferUtil.length(content) == 1) {
                lateness.add(System.nanoTime() - due);
                due += intervalNanos;
            }
            super.write(last, content, callback);
        }
    }
}
