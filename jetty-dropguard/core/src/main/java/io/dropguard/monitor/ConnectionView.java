package io.dropguard.monitor;

import java.util.List;

/** Makes of a live connection what is shown of it. */
final class ConnectionView {
    private ConnectionView() {}

    static ConnectionSnapshot snapshot(TrackedConnection connection) {
        long epoch = connection.state().epoch();
        MonitoredExchange exchange = connection.current().oldest();
        Thread thread = exchange == null ? null : exchange.thread();
        String path = exchange == null ? null : exchange.path();
        return new ConnectionSnapshot(
                connection.id(),
                epoch,
                connection.protocol(),
                PeerText.address(connection.socket().remote()),
                PeerText.address(connection.socket().local()),
                PhaseState.phase(epoch),
                connection.since(PhaseState.sinceNanos(epoch)),
                connection.peer(),
                connection.since(connection.createdNanos()),
                connection.traffic().read(),
                connection.bytesWritten(),
                connection.traffic().requests(),
                exchange == null ? null : PeerText.escape(exchange.method()),
                path == null ? null : PeerText.escape(path),
                thread == null ? null : thread.getName(),
                connection.current().count(),
                connection.isStuck(epoch),
                connection.isEnded());
    }

    static List<StackTraceElement> stack(TrackedConnection connection) {
        MonitoredExchange exchange = connection.current().oldest();
        Thread thread = exchange == null ? null : exchange.thread();
        return thread == null ? List.of() : List.of(thread.getStackTrace());
    }
}
