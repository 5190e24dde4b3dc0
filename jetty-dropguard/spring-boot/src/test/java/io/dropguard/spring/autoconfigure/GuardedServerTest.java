package io.dropguard.spring.autoconfigure;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss;
import io.dropguard.connector.Draining;
import io.dropguard.connector.GuardConnectionFactory;
import io.dropguard.console.Console;
import io.dropguard.exchange.GuardHandler;
import io.dropguard.exchange.QueueOrder;
import io.dropguard.servlet.ServletGuard;
import io.dropguard.spring.DropGuardBuilderCustomizer;
import io.dropguard.testkit.Departure;
import io.dropguard.testkit.Http2Client;
import io.dropguard.testkit.Protocol;
import io.dropguard.testkit.RawClient;
import io.dropguard.testkit.TestClient;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.CustomRequestLog;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.JettyServerCustomizer;
import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** What is guarded, and what of Boot's is still there. */
@ExtendWith(OutputCaptureExtension.class)
class GuardedServerTest {
    private static final String[] TLS = {
        "--server.ssl.bundle=web",
        "--spring.ssl.bundle.jks.web.keystore.location=classpath:localhost.p12",
        "--spring.ssl.bundle.jks.web.keystore.password=dropguard",
        "--spring.ssl.bundle.jks.web.keystore.type=PKCS12",
    };

    @ParameterizedTest
    @EnumSource(
            value = Protocol.class,
            names = {"HTTP_1", "TLS", "H2"})
    void aLostClientStopsTheServletWhateverTheConnectorSpeaks(Protocol protocol) throws Exception {
        String http2 = "--server.http2.enabled=" + protocol.isMultiplexed();
        try (ConfigurableApplicationContext context =
                run(Application.class, protocol.isSecure() ? with(TLS, http2) : new String[0])) {
            Waiting waiting = context.getBean(Waiting.class);
            try (TestClient client =
                    protocol.isMultiplexed()
                            ? Http2Client.connect(protocol, port(context))
                            : RawClient.connect(protocol, port(context))) {
                client.get("/wait");
                assertThat(waiting.entered.await(10, SECONDS)).isTrue();

                client.leave(protocol.isMultiplexed() ? Departure.STREAM_RESET : Departure.RST);

                assertThat(waiting.losses.poll(10, SECONDS)).isNotNull();
            }
            DropGuard guard = context.getBean(DropGuard.class);
            await().until(() -> guard.statistics().active() == 0);
            assertThat(guard.statistics().interrupts()).isEqualTo(1);
        }
    }

    @Test
    void theGuardComesLastAndLosesNothingOfBoots(@TempDir Path directory) throws Exception {
        try (ConfigurableApplicationContext context =
                run(
                        Customized.class,
                        with(
                                TLS,
                                "--server.jetty.max-connections=17",
                                "--server.jetty.accesslog.enabled=true",
                                "--server.jetty.accesslog.filename=" + directory.resolve("access"),
                                "--server.shutdown=graceful",
                                "--server.compression.enabled=true"))) {
            Server server = server(context);

            assertThat(server.getConnectors())
                    .hasSize(2)
                    .allMatch(GuardConnectionFactory::isGuarded);
            assertThat(server.getURI().getScheme()).isEqualTo("https");
            assertThat(server.getBean(NetworkConnectionLimit.class).getMaxNetworkConnectionCount())
                    .isEqualTo(17);
            assertThat(server.getRequestLog()).isInstanceOf(CustomRequestLog.class);
            assertThat(server.getHandler()).isInstanceOf(GuardHandler.class);
            assertThat(server.getDescendant(StatisticsHandler.class)).isNotNull();
            assertThat(server.getDescendants(GuardHandler.class)).hasSize(1);
            server.getConnectors()[0]
                    .getConnectionFactory(SslConnectionFactory.class)
                    .getSslContextFactory()
                    .reload(renewed -> {});
            try (RawClient client = RawClient.connect(Protocol.TLS, port(context))) {
                client.get("/quick");
                assertThat(client.body()).isEqualTo("done");
            }
            await().until(() -> Files.readString(directory.resolve("access")).contains("/quick"));
        }
    }

    @Test
    void aGracefulShutdownWaitsForTheExchangesThatAreUnderWay() throws Exception {
        ConfigurableApplicationContext context =
                run(
                        Application.class,
                        "--server.shutdown=graceful",
                        "--dropguard.pre-stop-delay=10ms");
        Waiting waiting = context.getBean(Waiting.class);
        Draining draining = context.getBean(DropGuard.class).draining();
        assertThat(draining.phase()).isEqualTo(Draining.Phase.READY);
        try (RawClient client = RawClient.connect(port(context))) {
            client.get("/wait");
            assertThat(waiting.entered.await(10, SECONDS)).isTrue();
            Thread closing = new Thread(context::close);
            closing.start();
            await().until(() -> server(context).getConnectors()[0].isShutdown());
            assertThat(draining.phase()).isEqualTo(Draining.Phase.DRAINING);

            waiting.finish.countDown();

            assertThat(client.body()).isEqualTo("waited");
            closing.join(SECONDS.toMillis(20));
            assertThat(closing.isAlive()).isFalse();
        }
    }

    @Test
    void theConsoleStandsAroundTheGuard() throws Exception {
        try (ConfigurableApplicationContext context =
                        run(Application.class, "--dropguard.console=true");
                RawClient client = RawClient.connect(port(context))) {
            client.get("/dropguard/connections");

            assertThat(client.body()).contains("\"count\":1,", "\"phase\":\"idle\"");
            assertThat(server(context).getHandler()).isInstanceOf(Console.class);
            assertThat(context.getBean(DropGuard.class).statistics().exchanges()).isZero();
        }
    }

    @Test
    void propertiesAndThenCustomizersSayHowItIsGuarded() {
        try (ConfigurableApplicationContext context =
                run(
                        Customized.class,
                        "--dropguard.log=stdout",
                        "--dropguard.paths[/report/*].response-deadline=2s")) {
            assertThat(context.getBean(Customized.class).customized).isTrue();
        }
    }

    @Test
    void disabledItLeavesNoTrace() throws Exception {
        try (ConfigurableApplicationContext context =
                run(Application.class, "--dropguard.enabled=false")) {
            assertThat(context.getBeanProvider(DropGuard.class).getIfAvailable()).isNull();
            assertThat(server(context).getDescendants(GuardHandler.class)).isEmpty();
            assertThat(server(context).getConnectors())
                    .noneMatch(GuardConnectionFactory::isGuarded);
        }
    }

    @Test
    void anApplicationsOwnGuardIsTakenInstead() {
        try (ConfigurableApplicationContext context = run(OwnGuard.class)) {
            assertThat(server(context).getDescendant(GuardHandler.class))
                    .isSameAs(context.getBean(DropGuard.class).handler());
            assertThat(context.getBeansOfType(DropGuard.class)).containsOnlyKeys("mine");
        }
    }

    @Test
    void aMisspeltPropertyStopsTheStartAndSaysWhatWasMeant(CapturedOutput output) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> run(Application.class, "--dropguard.half-clsoe=loss"))
                .withRootCauseInstanceOf(InvalidOptionsException.class);

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("dropguard.half-clsoe: unknown option (did you mean half-close?)")
                .contains("\"dropguard.half-clsoe\" from property source \"commandLineArgs\"")
                .doesNotContain("\tat ");
    }

    private static ConfigurableApplicationContext run(Class<?> application, String... arguments) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.SERVLET)
                .properties("server.port=0", "spring.main.banner-mode=off")
                .run(arguments);
    }

    private static String[] with(String[] some, String... others) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(others)).toArray(String[]::new);
    }

    private static Object webServer(ConfigurableApplicationContext context) {
        return ((WebServerApplicationContext) context).getWebServer();
    }

    private static Server server(ConfigurableApplicationContext context) {
        return ((JettyWebServer) webServer(context)).getServer();
    }

    private static int port(ConfigurableApplicationContext context) {
        return ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        SslAutoConfiguration.class,
        JettyServletWebServerAutoConfiguration.class,
        DropGuardAutoConfiguration.class
    })
    static class Application {
        @Bean
        Waiting waiting() {
            return new Waiting();
        }

        @Bean
        ServletRegistrationBean<HttpServlet> servlet(Waiting waiting) {
            return new ServletRegistrationBean<>(waiting, "/*");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customized extends Application {
        private boolean customized;

        /** As late as one can order it, and it changes what Boot has made. */
        @Bean
        @Order(Ordered.LOWEST_PRECEDENCE)
        WebServerFactoryCustomizer<JettyServletWebServerFactory> secondConnector() {
            JettyServerCustomizer adding =
                    server -> {
                        Connector another = new ServerConnector(server);
                        server.addConnector(another);
                    };
            return factory -> factory.addServerCustomizers(adding);
        }

        @Bean
        DropGuardBuilderCustomizer order() {
            return builder -> {
                customized = true;
                builder.queueOrder(QueueOrder.NEWEST_FIRST);
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnGuard extends Application {
        @Bean
        DropGuard mine() {
            return DropGuard.create();
        }
    }

    static final class Waiting extends HttpServlet {
        private static final long serialVersionUID = 1;

        private final transient CountDownLatch entered = new CountDownLatch(1);
        private final transient CountDownLatch finish = new CountDownLatch(1);
        private final transient BlockingQueue<ClientLoss> losses = new LinkedBlockingQueue<>();

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response)
                throws IOException {
            if (request.getRequestURI().equals("/quick")) {
                answer(response, "done");
                return;
            }
            try {
                entered.countDown();
                assertThat(finish.await(30, SECONDS)).isTrue();
                answer(response, "waited");
            } catch (InterruptedException stopped) {
                losses.addAll(ServletGuard.loss(request).map(List::of).orElse(List.of()));
            }
        }

        private static void answer(HttpServletResponse response, String text) throws IOException {
            response.setContentLength(text.length());
            response.getWriter().write(text);
        }
    }
}
