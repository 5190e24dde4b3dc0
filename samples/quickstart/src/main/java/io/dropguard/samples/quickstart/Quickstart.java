package io.dropguard.samples.quickstart;

import io.dropguard.DropGuard;
import io.dropguard.console.Console;
import io.dropguard.heartbeat.HeartbeatMode;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.ExchangeSink;
import io.dropguard.servlet.DropGuardFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** An embedded server whose slow endpoints stop when their client leaves. */
public final class Quickstart implements AutoCloseable {
    private final Server server;
    private final ServerConnector clearText;
    private final @Nullable ServerConnector tls;
    private final @Nullable ServerConnector stats;
    private final @Nullable DropGuard guard;
    private final ExecutorService workers = Executors.newCachedThreadPool();

    Quickstart(QuickstartOptions options, PrintStream console) {
        server = new Server(new QueuedThreadPool(options.threads));
        clearText = clearText(options);
        server.addConnector(clearText);
        tls = options.tlsPort < 0 ? null : tls(options);
        if (tls != null) server.addConnector(tls);
        stats = options.statsPort < 0 ? null : stats(options);
        if (stats != null) server.addConnector(stats);
        guard = options.bare ? null : withPolicies(options.guard).build();
        server.setHandler(endpoints(new Computations(console), guard));
        if (guard != null) guard.installOn(server);
        else if (options.log) server.insertHandler(ExchangeLog.to(ExchangeSink.stream(System.out)));
    }

    /** Starts a server as the command line says. */
    public static Quickstart start(PrintStream console, String... arguments) throws Exception {
        Quickstart quickstart =
                new Quickstart(QuickstartOptions.parse(List.of(arguments)), console);
        quickstart.server.start();
        return quickstart;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0 && arguments[0].equals("top")) {
            Top.run(Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        QuickstartOptions options;
        try {
            options = QuickstartOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.err.print(QuickstartOptions.USAGE);
            System.exit(2);
            return;
        }
        if (options.help) {
            System.out.print(QuickstartOptions.USAGE);
            return;
        }
        Quickstart quickstart = new Quickstart(options, System.out);
        try {
            quickstart.server.start();
        } catch (IOException cannotBind) {
            System.err.println(cannotBind.getMessage());
            System.exit(1);
        }
        quickstart.server.setStopAtShutdown(true);
        System.out.printf(
                "DropGuard quickstart, %s: %s%s%n",
                options.bare ? "bare" : "guarded",
                "http://" + options.host + ":" + quickstart.port(),
                quickstart.tls == null
                        ? ""
                        : " https://" + options.host + ":" + quickstart.tlsPort());
        if (quickstart.stats != null)
            System.out.printf(
                    "Statistics: http://%s:%d/stats%n",
                    options.host, quickstart.stats.getLocalPort());
        Console page = quickstart.server.getDescendant(Console.class);
        if (page != null && !options.log) // whose lines are JSON
        System.out.printf(
                    "Console: http://%s:%d%s%n",
                    options.host, quickstart.port(), page.config().path());
        quickstart.server.join();
    }

    public int port() {
        return clearText.getLocalPort();
    }

    /**
     * The TLS connector's port.
     *
     * @throws IllegalStateException if there is none
     */
    public int tlsPort() {
        if (tls == null) throw new IllegalStateException("no TLS connector (expected: --tls-port)");
        return tls.getLocalPort();
    }

    /** Null if the server is bare. */
    public @Nullable DropGuard guard() {
        return guard;
    }

    public Server server() {
        return server;
    }

    @Override
    public void close() throws Exception {
        server.stop();
        workers.shutdownNow();
    }

    private ServerConnector clearText(QuickstartOptions options) {
        HttpConfiguration http = new HttpConfiguration();
        ServerConnector connector =
                new ServerConnector(
                        server,
                        new HttpConnectionFactory(http),
                        new HTTP2CServerConnectionFactory(http));
        connector.setHost(options.host);
        connector.setPort(options.port);
        // the JDK's 50 overflow under a crowd, whose kernels then try again only after a second
        connector.setAcceptQueueSize(1024);
        return connector;
    }

    private ServerConnector tls(QuickstartOptions options) {
        HttpConfiguration https = new HttpConfiguration();
        // The certificate says localhost, which Jetty takes for no valid SNI name.
        https.addCustomizer(new SecureRequestCustomizer(false));
        SslContextFactory.Server keys = new SslContextFactory.Server();
        URL keyStore = Quickstart.class.getResource("/localhost.p12");
        if (keyStore == null)
            throw new IllegalStateException("/localhost.p12 (expected: in this jar)");
        keys.setKeyStoreResource(ResourceFactory.of(server).newResource(keyStore));
        keys.setKeyStorePassword("dropguard");
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol("http/1.1");
        ServerConnector connector =
                new ServerConnector(
                        server,
                        new SslConnectionFactory(keys, alpn.getProtocol()),
                        alpn,
                        new HTTP2ServerConnectionFactory(https),
                        new HttpConnectionFactory(https));
        connector.setHost(options.host);
        connector.setPort(options.tlsPort);
        return connector;
    }

    /** For whoever watches the server while its own threads are all taken. */
    private ServerConnector stats(QuickstartOptions options) {
        QueuedThreadPool threads = new QueuedThreadPool(8);
        threads.setName("stats");
        ServerConnector connector =
                new ServerConnector(server, threads, null, null, 1, 1, new HttpConnectionFactory());
        connector.addBean(threads);
        connector.setHost(options.host);
        connector.setPort(options.statsPort);
        return connector;
    }

    private ServletContextHandler endpoints(Computations computations, @Nullable DropGuard guard) {
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder compute = new ServletHolder(new ComputeServlet(computations, workers));
        compute.setAsyncSupported(true);
        context.addServlet(compute, "/compute");
        context.addServlet(new ServletHolder(new HelloServlet()), "/hello");
        context.addServlet(new ServletHolder(new StatsServlet(computations, guard)), "/stats");
        context.addServlet(new ServletHolder(new WaitingServlets.Report()), "/report");
        context.addServlet(new ServletHolder(new WaitingServlets.Limited()), "/limited");
        if (guard != null) // or Jetty warns of what each servlet throws that was interrupted
        context.addFilter(DropGuardFilter.class, "/limited", EnumSet.of(DispatcherType.REQUEST));
        context.addServlet(new ServletHolder(new WaitingServlets.Events()), "/events");
        context.addServlet(new ServletHolder(new TransferServlets.Download()), "/download");
        context.addServlet(new ServletHolder(new TransferServlets.Upload()), "/upload");
        return context;
    }

    /** What clients of the waiting endpoints may expect. */
    private static DropGuard.Builder withPolicies(DropGuard.Builder guard) {
        Duration second = Duration.ofSeconds(1);
        return guard.path("/report", p -> p.heartbeat(HeartbeatMode.AUTO).heartbeatInterval(second))
                .path("/events", p -> p.heartbeat(HeartbeatMode.AUTO).heartbeatInterval(second))
                .path("/limited", p -> p.responseDeadline(second));
    }

    private static final class HelloServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.setContentType("text/plain");
            response.getOutputStream().print("hello\n");
        }
    }

    private static final class StatsServlet extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final transient Computations computations;
        private final transient @Nullable DropGuard guard;

        StatsServlet(Computations computations, @Nullable DropGuard guard) {
            this.computations = computations;
            this.guard = guard;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            Map<String, Object> stats = computations.toJson();
            if (guard != null) stats.put("unrun", guard.statistics().unrun());
            Json.write(response, stats);
        }
    }
}
