package io.dropguard.benchmarks.waiting;

import com.sun.management.OperatingSystemMXBean;
import io.dropguard.DropGuard;
import io.dropguard.heartbeat.HeartbeatMode;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * {@code /wait} never answers, and beats meanwhile; {@code /reset} and {@code /figures} frame what
 * is measured. Prints its port.
 */
public final class WaitingServer {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private WaitingServer() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        HttpConfiguration http = new HttpConfiguration();
        ServerConnector connector =
                new ServerConnector(
                        server,
                        new HttpConnectionFactory(http),
                        new HTTP2CServerConnectionFactory(http));
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        connector.setIdleTimeout(0);
        server.addConnector(connector);
        BeatRecorder recorder = new BeatRecorder(INTERVAL);
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new WaitServlet()), "/wait");
        context.addServlet(new ServletHolder(new FiguresServlet(recorder.lateness)), "/");
        server.setHandler(context);
        DropGuard.builder()
                .path("/wait", p -> p.heartbeat(HeartbeatMode.AUTO).heartbeatInterval(INTERVAL))
                .build()
                .installOn(server);
        server.insertHandler(recorder);
        server.start();
        System.out.println(connector.getLocalPort());
        server.join();
    }

    private static final class WaitServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            response.setContentType("application/json");
            request.startAsync().setTimeout(0);
        }
    }

    /** Confined to one client, which asks for one thing after the other. */
    private static final class FiguresServlet extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final transient Lateness lateness;
        private long cpuNanos;
        private long memory;

        FiguresServlet(Lateness lateness) {
            this.lateness = lateness;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.setContentType("text/plain");
            switch (request.getServletPath()) {
                case "/memory" -> memory = usedBytes();
                case "/reset" -> {
                    lateness.clear();
                    cpuNanos = cpu();
                }
                case "/figures" -> {
                    long cpu = (cpu() - cpuNanos) / 1_000_000;
                    String late = lateness.toString();
                    long bytes = usedBytes() - memory;
                    response.getWriter().print(cpu + " " + bytes + " " + late);
                }
                default -> response.sendError(404);
            }
        }

        private static long cpu() {
            return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getProcessCpuTime();
        }

        /** On the heap, after a collection, and beside it. */
        private static long usedBytes() {
            ManagementFactory.getMemoryMXBean().gc();
            long bytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
            for (BufferPoolMXBean pool :
                    ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class))
                bytes += pool.getMemoryUsed();
            return bytes;
        }
    }
}
