package io.dropguard.samples.quickstart;

import io.dropguard.DropGuard;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.ExchangeSink;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.util.List;
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
    private final @Nullable DropGuard guard;
    private final ExecutorService workers = Executors.newCachedThreadPool();

    Quickstart(QuickstartOptions options, PrintStream console) {
        server = new Server(new QueuedThreadPool(options.threads));
        clearText = clearText(options);
        server.addConnector(clearText);
        tls = options.tlsPort < 0 ? null : tls(options);
        if (tls != null) server.addConnector(tls);
        server.setHandler(endpoints(new Computations(console)));
        guard = options.bare ? null : options.guard.build();
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

    private ServletContextHandler endpoints(Computations computations) {
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder compute = new ServletHolder(new ComputeServlet(computations, workers));
        compute.setAsyncSupported(true);
        context.addServlet(compute, "/compute");
        context.addServlet(new ServletHolder(new HelloServlet()), "/hello");
        context.addServlet(new ServletHolder(new StatsServlet(computations)), "/stats");
        return context;
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

        StatsServlet(Computations computations) {
            this.computations = computations;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            Json.write(response, computations.toJson());
        }
    }
}
