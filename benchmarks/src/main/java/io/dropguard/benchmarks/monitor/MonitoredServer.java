package io.dropguard.benchmarks.monitor;

import io.dropguard.DropGuard;
import io.dropguard.monitor.ConnectionPhase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/**
 * Has a limit on everything, and answers {@code hello}; {@code /reset} and {@code /figures} frame
 * what is measured. Prints its port.
 */
public final class MonitoredServer {
    /** An hour: everything is looked at and nothing is stuck. */
    private static final String LIMIT = "1h";

    private MonitoredServer() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory());
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        connector.setIdleTimeout(0);
        server.addConnector(connector);
        DropGuard.Builder builder = DropGuard.builder().set("stuck-action", "shutdown");
        for (ConnectionPhase phase : ConnectionPhase.values())
            builder.set("stuck-" + phase.label(), LIMIT);
        for (String rate : new String[] {"headers", "request-body", "response-body"})
            builder.set("min-rate-" + rate, "1");
        DropGuard guard = builder.build();
        server.setHandler(new Figures(guard));
        guard.installOn(server);
        server.start();
        System.out.println(connector.getLocalPort());
        server.join();
    }

    private static final class Figures extends Handler.Abstract.NonBlocking {
        private static final byte[] HELLO = "hello\n".getBytes(StandardCharsets.US_ASCII);

        private final DropGuard guard;
        private volatile Usage begin = new Usage(0, 0, 0, 0);

        Figures(DropGuard guard) {
            this.guard = guard;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            byte[] body =
                    switch (Request.getPathInContext(request)) {
                        case "/reset" -> reset();
                        case "/figures" -> figures().getBytes(StandardCharsets.US_ASCII);
                        default -> HELLO;
                    };
            response.getHeaders().put("Content-Length", body.length);
            response.write(true, ByteBuffer.wrap(body), callback);
            return true;
        }

        private byte[] reset() {
            begin = Usage.now(guard);
            return (guard.connections().count() + "\n").getBytes(StandardCharsets.US_ASCII);
        }

        private String figures() {
            Usage used = Usage.now(guard).since(begin);
            int connections = guard.connections().count();
            double wall = used.wallNanos();
            double perRequest = PhaseCost.nanosPerRequest();
            double perSecond = used.requests() / (wall / 1e9);
            double phases = perRequest * perSecond / 1e9;
            double looks = used.monitorNanos() / wall;
            return String.format(
                    Locale.ROOT,
                    """
                    | connections | %,d (%,d idle now) |
                    | requests a second | %,.0f |
                    | server's CPU | %.2f cores |
                    | monitor's thread | %.3f %% of a core |
                    | phases, at %.0f ns a request | %.3f %% of a core |
                    | both (goal: < 1 %%) | %.3f %% of a core |
                    | both, beside the requests | %.2f %% of the server's CPU |
                    | memory a connection (goal: <= 400 bytes) | %d bytes |
                    """,
                    connections,
                    guard.connections().byPhase().get(ConnectionPhase.IDLE),
                    perSecond,
                    used.processNanos() / wall,
                    100 * looks,
                    perRequest,
                    100 * phases,
                    100 * (looks + phases),
                    100 * (looks + phases) / (used.processNanos() / wall),
                    ConnectionMemory.bytes(connections));
        }
    }
}
