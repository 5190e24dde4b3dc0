package io.dropguard.log;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.jspecify.annotations.Nullable;

/**
 * What the records of one connection have in common, worked out once. Immutable.
 *
 * @param id as Jetty names it
 * @param remote the address at the other end of the socket, or null if there is none
 * @param peerAddress its text
 * @param peerPort its port, or -1
 */
record ConnectionFacts(
        String id, @Nullable SocketAddress remote, @Nullable String peerAddress, int peerPort) {
    private static final String ATTRIBUTE = ConnectionFacts.class.getName();

    static ConnectionFacts of(ConnectionMetaData connection) {
        if (connection.getAttribute(ATTRIBUTE) instanceof ConnectionFacts known) return known;
        EndPoint endPoint = connection.getConnection().getEndPoint();
        while (endPoint instanceof EndPoint.Wrapper wrapper) endPoint = wrapper.unwrap();
        SocketAddress remote = endPoint == null ? null : endPoint.getRemoteSocketAddress();
        ConnectionFacts facts =
                new ConnectionFacts(
                        connection.getId(),
                        remote,
                        address(remote),
                        remote instanceof InetSocketAddress inet ? inet.getPort() : -1);
        connection.setAttribute(ATTRIBUTE, facts);
        return facts;
    }

    /** The client's address: another one than the peer's if a proxy told it. */
    @Nullable String clientAddress(ConnectionMetaData connection) {
        SocketAddress client = connection.getRemoteSocketAddress();
        return client == null || client.equals(remote) ? peerAddress : address(client);
    }

    private static @Nullable String address(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet)
            return inet.getAddress() == null
                    ? inet.getHostString()
                    : inet.getAddress().getHostAddress();
        return address == null ? null : address.toString();
    }
}
