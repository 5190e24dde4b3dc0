package io.dropguard.stress;

import io.dropguard.cancel.Ticker;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.MonitoredSocket;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Where a race is about what is noted of a connection, and not about the connection. Immutable. */
public final class NoSocket implements MonitoredSocket {

    @Override
    public String protocol() {
        return "none";
    }

    @Override
    public @Nullable SocketAddress remote() {
        return null;
    }

    @Override
    public @Nullable SocketAddress local() {
        return null;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean speaksHttp1() {
        return true;
    }

    @Override
    public boolean hasReceived() {
        return false;
    }

    @Override
    public long recentNanos(Ticker ticker) {
        return 0; // a clock that stands still is the hardest for those who must not meet twice
    }

    @Override
    public long heads() {
        return 0;
    }

    @Override
    public long beingWritten() {
        return 0;
    }

    @Override
    public void shutdown(ConnectionPhase phase) {
        throw new IllegalStateException(phase + " (expected: nobody shuts it down)");
    }
}
