package io.dropguard.benchmarks.log;

import com.sun.management.ThreadMXBean;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A server whose threads' allocations and processor time can be read. */
final class MeasuredServer implements AutoCloseable {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final String name;
    private final Server server;
    private final ServerConnector connector;

    MeasuredServer(Variant variant, boolean bodies) throws Exception {
        name = "server-" + variant + "-" + bodies;
        QueuedThreadPool pool = new QueuedThreadPool(16, 16);
        pool.setIdleTimeout(Integer.MAX_VALUE); // a thread that ends takes its numbers with it
        pool.setName(name);
        server = new Server(pool);
        connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new Echo()), "/*");
        server.setHandler(context);
        variant.install(server, context, bodies);
        server.start();
    }

    int port() {
        return connector.getLocalPort();
    }

    /** Bytes that the server's threads have allocated so far, and their nanoseconds. */
    Usage usage() {
        long bytes = 0;
        long nanos = 0;
        for (long id : THREADS.getAllThreadIds()) {
            var info = THREADS.getThreadInfo(id);
            if (info == null || !info.getThreadName().startsWith(name)) continue;
            bytes += Math.max(0, THREADS.getThreadAllocatedBytes(id));
            nanos += Math.max(0, THREADS.getThreadCpuTime(id));
        }
        return new Usage(bytes, nanos);
    }

    record Usage(long bytes, long nanos) {}

    @Override
    public void close() throws Exception {
        server.stop();
    }

    /** Sends back the JSON that it got, or a greeting if it got none. */
    private static final class Echo extends HttpServlet {
        private static final long serialVersionUID = 1;
        private static final byte[] HELLO = {'h', 'e', 'l', 'l', 'o', '\n'};

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            boolean empty = request.getContentLength() <= 0;
            byte[] answer = empty ? HELLO : request.getInputStream().readAllBytes();
            response.setContentType(empty ? "text/plain" : "application/json");
            response.setContentLength(answer.length);
            response.getOutputStream().write(answer);
        }
    }
}
