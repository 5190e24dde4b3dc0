package io.dropguard.connector;

import io.dropguard.cancel.Ticker;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.frames.PingFrame;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/** Puts a {@link PeerPing} on every HTTP/2 connection of a connector. Thread-safe. */
final class Http2Pings implements Connection.Listener {
    private final Scheduler scheduler;
    private final PingConfig config;

    Http2Pings(Scheduler scheduler, PingConfig config) {
        this.scheduler = scheduler;
        this.config = config;
    }

    @Override
    public void onOpened(Connection connection) {
        if (!(connection instanceof HTTP2Connection http2)) return;
        ClientWatch watch = ClientWatch.beneath(connection.getEndPoint());
        if (watch == null) return;
        HTTP2Session session = http2.getSession();
        PeerPing ping =
                new PeerPing(
                        watch,
                        () -> session.ping(new PingFrame(System.nanoTime(), false), Callback.NOOP),
                        (task, nanos) -> scheduler.schedule(task, nanos, TimeUnit.NANOSECONDS),
                        Ticker.system(),
                        config);
        watch.setPing(ping);
        ping.begin();
    }

    @Override
    public void onClosed(Connection connection) {}
}
