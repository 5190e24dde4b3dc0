package io.dropguard.home;

import io.dropguard.DropGuard;
import io.dropguard.PolicyBuilder;
import io.dropguard.exchange.GuardedExchange;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.xml.XmlConfiguration;

/** Where options are set. */
enum Home {
    BUILDER {
        @Override
        Object set(Map<String, String> options) {
            return DropGuard.builder().setAll(options);
        }
    },
    JETTY_PROPERTY {
        @Override
        Object set(Map<String, String> options) throws Exception {
            XmlConfiguration file =
                    new XmlConfiguration(
                            ResourceFactory.root()
                                    .newResource(Path.of("target/base/etc/dropguard.xml")));
            file.getIdMap().put("Server", new Server());
            options.forEach((key, value) -> file.getProperties().put("dropguard." + key, value));
            file.configure();
            return file.getIdMap().get("DropGuard");
        }
    },
    WEB_XML {
        @Override
        boolean takes(String key) {
            return PolicyBuilder.keys().contains(key) || key.equals("interrupt");
        }

        @Override
        Object set(Map<String, String> options) throws Exception {
            return served(DropGuard.builder(), withDeadline(options));
        }

        /** What the server's guard decides where no filter does. */
        @Override
        Object expected(Map<String, String> options) throws Exception {
            return served(DropGuard.builder().setAll(withDeadline(options)), Map.of());
        }

        /** For an exchange without heartbeats and deadline remembers nothing else of them. */
        private Map<String, String> withDeadline(Map<String, String> options) {
            Map<String, String> all = new TreeMap<>(options);
            all.putIfAbsent("response-deadline", "1h");
            return all;
        }
    };

    /** Whether the option can be set here. */
    boolean takes(String key) {
        return true;
    }

    /** What has come of options that were set here. */
    abstract Object set(Map<String, String> options) throws Exception;

    /** What should come of them. */
    Object expected(Map<String, String> options) throws Exception {
        return DropGuard.builder().setAll(options);
    }

    /** What holds for a request behind a filter. */
    private static Object served(DropGuard.Builder builder, Map<String, String> parameters)
            throws Exception {
        Path directory = Files.createTempDirectory(Path.of("target"), "webapp");
        Files.createDirectories(directory.resolve("WEB-INF"));
        Files.writeString(
                directory.resolve("WEB-INF/web.xml"),
                """
                <web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.1">
                  <filter>
                    <filter-name>guard</filter-name>
                    <filter-class>io.dropguard.servlet.DropGuardFilter</filter-class>
                    %s
                  </filter>
                  <filter-mapping>
                    <filter-name>guard</filter-name><url-pattern>/*</url-pattern>
                  </filter-mapping>
                </web-app>
                """
                        .formatted(
                                parameters.entrySet().stream()
                                        .map(Home::parameter)
                                        .collect(Collectors.joining())));
        AtomicReference<Object> seen = new AtomicReference<>();
        WebAppContext context = new WebAppContext();
        context.setContextPath("/");
        context.setWar(directory.toString());
        context.setThrowUnavailableOnStartupException(true);
        context.addServlet(new ServletHolder(new Observer(seen)), "/");
        Server server = new Server();
        LocalConnector connector = new LocalConnector(server);
        server.addConnector(connector);
        server.setHandler(context);
        builder.build().installOn(server);
        try {
            server.start();
            connector.getResponse("GET / HTTP/1.0\r\n\r\n");
        } finally {
            server.stop();
        }
        return seen.get();
    }

    private static String parameter(Map.Entry<String, String> parameter) {
        return """
               <init-param><param-name>%s</param-name><param-value>%s</param-value></init-param>
               """
                .formatted(parameter.getKey(), parameter.getValue());
    }

    /** Tells what its exchange will do. */
    private static final class Observer extends HttpServlet {
        private static final long serialVersionUID = 1;

        private final transient AtomicReference<Object> seen;

        Observer(AtomicReference<Object> seen) {
            this.seen = seen;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws ServletException {
            GuardedExchange exchange =
                    (GuardedExchange) request.getAttribute(GuardedExchange.ATTRIBUTE);
            try {
                Field interrupt = GuardedExchange.class.getDeclaredField("interrupt");
                interrupt.setAccessible(true); // nobody but this test needs to know
                seen.set(List.of(exchange.policy(), interrupt.get(exchange)));
            } catch (ReflectiveOperationException renamed) {
                throw new ServletException(renamed);
            }
        }
    }
}
