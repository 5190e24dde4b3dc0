package io.dropguard.samples.scenarios;

import jakarta.servlet.http.HttpServlet;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A server on the loopback address with one servlet; a scenario adds what it shows. */
final class ScenarioServer implements AutoCloseable {
    /** The port of every scenario's command. */
    static final int PORT = 8080;

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    ScenarioServer(int port, String path, HttpServlet servlet) {
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        context.addServlet(holder, path);
        server.setHandler(context);
    }

    Server server() {
        return server;
    }

    ScenarioServer start() throws Exception {
        server.start();
        return this;
    }

    int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
