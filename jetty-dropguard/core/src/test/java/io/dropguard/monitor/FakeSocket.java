package io.dropguard.monitor;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A socket that notes that it was shut down. */
final class FakeSocket implements MonitoredSocket {
    final List<ConnectionPhase> shutdowns = Collections.synchronizedList(new ArrayList<>());
    private final SocketAddress remote;
    private final boolean http1;

    FakeSocket(String host) {
        this(host, true);
    }

    FakeSocket(String host, boolean http1) {
        this.http1 = http1;
        remote = InetSocketAddress.createUnresolved(host, 5_000);
    }

    @Override
    public String protocol() {
        return "HTTP/1.1";
    }

    @Override
    public SocketAddress remote() {
        return remote;
    }

    @Override
    public SocketAddress local() {
        return null;
    }

    @Override
    public boolean isOpen() {
        return shutdowns.isEmpty();
    }

    @Override
    public boolean speaksHttp1() {
        return http1;
    }

    @Override
    public boolean hasReceived() {
        return false;
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
        shutdowns.add(phase);
    }
}
