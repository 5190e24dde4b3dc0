package io.dropguard.connector;

import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;

/** Tells connections that encrypt from those that do not. */
public final class ClearText {
    private ClearText() {}

    /** Whether an endpoint's bytes reach the socket as they are, even if a proxy took off TLS. */
    public static boolean isSpokenOn(EndPoint endPoint) {
        if (endPoint instanceof GuardedEndPoint) return true; // the socket itself, as mostly
        EndPoint each = endPoint;
        while (each instanceof EndPoint.Wrapper wrapper) {
            if (each instanceof SslConnection.SslEndPoint) return false;
            each = wrapper.unwrap();
        }
        return true;
    }
}
