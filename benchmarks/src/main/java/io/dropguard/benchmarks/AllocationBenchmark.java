package io.dropguard.benchmarks;

import io.dropguard.DropGuard;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One GET over a connection that is kept alive; with {@code -prof gc}, what a guard allocates for
 * it. The client is in the same process and allocates nothing. Confined to JMH.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseSerialGC"})
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init") // JMH calls setUp before anything else
public class AllocationBenchmark {
    private static final byte[] BODY = "hello\n".getBytes(StandardCharsets.US_ASCII);

    @Param({"false", "true"})
    public boolean guarded;

    @Param({"core", "ee11"})
    public String stack;

    private Server server;
    private KeepAliveClient client;

    @Setup
    public void setUp() throws Exception {
        server = new Server(new QueuedThreadPool(16));
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(
                switch (stack) {
                    case "core" -> new HelloHandler();
                    case "ee11" -> servlet();
                    default ->
                            throw new IllegalArgumentException(
                                    "stack: " + stack + " (expected: core or ee11)");
                });
        if (guarded) DropGuard.create().installOn(server);
        server.start();
        client = new KeepAliveClient(connector.getLocalPort(), BODY);
    }

    @TearDown
    public void tearDown() throws Exception {
        client.close();
        server.stop();
    }

    @Benchmark
    public int request() throws IOException {
        return client.request();
    }

    private static ServletContextHandler servlet() {
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(new HelloServlet()), "/");
        return context;
    }

    private static final class HelloHandler extends Handler.Abstract.NonBlocking {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            response.write(true, ByteBuffer.wrap(BODY), callback);
            return true;
        }
    }

    private static final class HelloServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.getOutputStream().write(BODY);
        }
    }
}
