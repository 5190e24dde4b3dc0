package io.dropguard.spring.autoconfigure;

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
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.webapp.Configuration;
import org.eclipse.jetty.ee11.webapp.Configurations;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.server.LocalConnector;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.eclipse.jetty.xml.XmlConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Where options are set. */
enum Home {
    BUILDER {
        @Override
        Object set(Map<String, String> options) {
            return DropGuard.builder().setAll(options);
        }

        @Override
        HomeServer serve(Map<String, String> options, Path directory) throws Exception {
            Work work = new Work();
            Server server = server(work);
            DropGuard.builder().setAll(options).build().installOn(server);
            return started(server, work, directory);
        }
    },
    JETTY_PROPERTY {
        @Override
        Object set(Map<String, String> options) throws Exception {
            return configure(new Server(), options).getIdMap().get("DropGuard");
        }

        @Override
        HomeServer serve(Map<String, String> options, Path directory) throws Exception {
            Work work = new Work();
            Server server = server(work);
            configure(server, options);
            return started(server, work, directory);
        }

        private XmlConfiguration configure(Server server, Map<String, String> options)
                throws Exception {
            Path module = Path.of("../jetty-home/src/main/base/etc/dropguard.xml");
            XmlConfiguration file =
                    new XmlConfiguration(ResourceFactory.root().newResource(module));
            file.getIdMap().put("Server", server);
            options.forEach((key, value) -> file.getProperties().put("dropguard." + key, value));
            file.configure();
            return file;
        }
    },
    WEB_XML {
        /** What is of the server is not an application's. */
        @Override
        boolean takes(String key) {
            return PolicyBuilder.keys().contains(key) || key.equals("interrupt");
        }

        @Override
        Object set(Map<String, String> options) throws Exception {
            return observed(DropGuard.builder(), withDeadline(options));
        }

        /** What the server's guard decides where no filter does. */
        @Override
        Object expected(Map<String, String> options) throws Exception {
            return observed(DropGuard.builder().setAll(withDeadline(options)), Map.of());
        }

        @Override
        HomeServer serve(Map<String, String> options, Path directory) throws Exception {
            Work work = new Work();
            Server server = new Server();
            server.addConnector(new ServerConnector(server));
            server.setHandler(application(directory, options, work));
            DropGuard.create().installOn(server);
            return started(server, work, directory);
        }

        /** For an exchange without heartbeats and deadline remembers nothing else of them. */
        private Map<String, String> withDeadline(Map<String, String> options) {
            Map<String, String> all = new TreeMap<>(options);
            all.putIfAbsent("response-deadline", "1h");
            return all;
        }
    },
    SPRING_BOOT {
        @Override
        Object set(Map<String, String> options) {
            Map<String, Object> properties = new TreeMap<>();
            options.forEach((key, value) -> properties.put("dropguard." + key, value));
            StandardEnvironment environment = new StandardEnvironment();
            environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
            ConfigurationPropertySources.attach(environment);
            DropGuard.Builder builder = DropGuard.builder();
            BoundOptions.of(environment).applyTo(builder);
            return builder;
        }

        @Override
        HomeServer serve(Map<String, String> options, Path directory) {
            Work work = new Work();
            ConfigurableApplicationContext context =
                    new SpringApplicationBuilder(HomeApplication.class)
                            .web(WebApplicationType.SERVLET)
                            .initializers(
                                    made ->
                                            ((GenericApplicationContext) made)
                                                    .registerBean(Work.class, () -> work))
                            .properties("server.port=0", "spring.main.banner-mode=off")
                            .run(
                                    options.entrySet().stream()
                                            .map(each -> "--dropguard." + each)
                                            .toArray(String[]::new));
            Server server =
                    ((JettyWebServer) ((WebServerApplicationContext) context).getWebServer())
                            .getServer();
            return new HomeServer(server, work, directory, context);
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

    /** A server with options that were set here. */
    abstract HomeServer serve(Map<String, String> options, Path directory) throws Exception;

    private static Server server(Work work) {
        Server server = new Server();
        server.addConnector(new ServerConnector(server));
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServlet(new ServletHolder(work), "/*");
        server.setHandler(context);
        return server;
    }

    private static HomeServer started(Server server, Work work, Path directory) throws Exception {
        server.setStopTimeout(30_000); // Boot's
        server.start();
        return new HomeServer(server, work, directory, server::stop);
    }

    /** What holds for a request behind a filter. */
    private static Object observed(DropGuard.Builder builder, Map<String, String> parameters)
            throws Exception {
        AtomicReference<Object> seen = new AtomicReference<>();
        Server server = new Server();
        LocalConnector connector = new LocalConnector(server);
        server.addConnector(connector);
        Path directory = Files.createTempDirectory(Path.of("target"), "webapp");
        server.setHandler(application(directory, parameters, new Observer(seen)));
        builder.build().installOn(server);
        try {
            server.start();
            connector.getResponse("GET / HTTP/1.0\r\n\r\n");
        } finally {
            server.stop();
        }
        return seen.get();
    }

    private static WebAppContext application(
            Path directory, Map<String, String> parameters, HttpServlet servlet) throws Exception {
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
        WebAppContext context = new WebAppContext();
        context.setContextPath("/");
        context.setWar(directory.toString());
        context.setConfigurations(
                Configurations.getKnown().stream()
                        .filter(Configuration::isEnabledByDefault)
                        .filter(each -> !each.getClass().getName().contains(".plus.")) // wants JNDI
                        .toArray(Configuration[]::new));
        context.setThrowUnavailableOnStartupException(true);
        context.addServlet(new ServletHolder(servlet), "/");
        return context;
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
                Field interrupt = GuardedExchange.class.getDeclaredField("uninterrupted");
                interrupt.setAccessible(true); // nobody but this test needs to know
                seen.set(List.of(exchange.policy(), interrupt.get(exchange)));
            } catch (ReflectiveOperationException renamed) {
                throw new ServletException(renamed);
            }
        }
    }
}
