package io.dropguard.samples.scenarios;

import io.dropguard.DropGuard;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import org.eclipse.jetty.server.ServerConnector;

/**
 * A server that is replaced while clients use it, and none of them notices.
 *
 * <pre>{@code
 * ab -n 100 -c 10 http://127.0.0.1:8080/hello
 * }</pre>
 *
 * <p>{@code rolling-restart/run.sh} keeps {@code ab} and {@code wrk} busy and replaces the server
 * five times, in each of the three ways of {@link Handover}.
 */
public final class RollingRestart {
    static final String COMMAND = "ab -n 100 -c 10 http://127.0.0.1:8080/hello";

    /** How one server takes over from another. */
    enum Handover {
        /** Both listen on the port, for a while: the system shares connections out. */
        SHARE,
        /** Both have the one listening socket from whoever started them. */
        INHERIT,
        /** One after the other, behind a proxy that waits. */
        CADDY
    }

    private RollingRestart() {}

    /** Arguments: a port, a handover, and perhaps the process to take over from. */
    public static void main(String[] arguments) throws Exception {
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : ScenarioServer.PORT;
        Handover how =
                arguments.length > 1
                        ? Handover.valueOf(arguments[1].toUpperCase(Locale.ROOT))
                        : Handover.SHARE;
        ScenarioServer scenario = start(port, how);
        scenario.server().setStopAtShutdown(true); // SIGTERM has it drain
        if (arguments.length > 2)
            ProcessHandle.of(Long.parseLong(arguments[2])).ifPresent(ProcessHandle::destroy);
        System.out.println("serving, process " + ProcessHandle.current().pid());
    }

    static ScenarioServer start(int port, Handover how) throws Exception {
        ScenarioServer scenario = new ScenarioServer(port, "/hello", new Hello());
        ServerConnector connector = (ServerConnector) scenario.server().getConnectors()[0];
        connector.setReusePort(how == Handover.SHARE);
        connector.setInheritChannel(how == Handover.INHERIT);
        connector.setAcceptQueueSize(1024);
        connector.setShutdownIdleTimeout(5_000); // for clients on a busy machine; there is time
        DropGuard.builder()
                .set("drain-timeout", Duration.ofSeconds(20).toString())
                .build()
                .installOn(scenario.server());
        return scenario.start();
    }

    private static final class Hello extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            response.setContentType("text/plain");
            response.getOutputStream().print("hello\n");
        }
    }
}
