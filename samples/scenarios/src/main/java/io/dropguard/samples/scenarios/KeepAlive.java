package io.dropguard.samples.scenarios;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.ContainerLifeCycle;

/** Has the kernel ask a silent peer whether it is there: after 1 s, every second, three times. */
final class KeepAlive implements Connection.Listener {

    private KeepAlive() {}

    static void addTo(Server server) {
        for (Connector connector : server.getConnectors())
            ContainerLifeCycle.class.cast(connector).addBean(new KeepAlive());
    }

    @Override
    public void onOpened(Connection connection) {
        if (!(connection.getEndPoint().getTransport() instanceof SocketChannel socket)) return;
        try {
            socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 1);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 1);
            socket.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 3);
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    @Override
    public void onClosed(Connection connection) {}
}
