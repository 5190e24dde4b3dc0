package io.dropguard.spring.autoconfigure;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.cancel.ClientLoss.Signal;
import io.dropguard.connector.GuardConnectionFactory;
import io.dropguard.spring.mvc.GuardedMvc;
import io.dropguard.testkit.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** What becomes of a reactive application, on Jetty and elsewhere. */
@Timeout(60)
class ReactiveServerTest {

    @Test
    void onJettyALostClientCancelsWhatTheHandlerHasReturned() throws Exception {
        try (ConfigurableApplicationContext context =
                new SpringApplicationBuilder(Application.class)
                        .web(WebApplicationType.REACTIVE)
                        .properties("server.port=0", "spring.main.banner-mode=off")
                        .run()) {
            WebServerApplicationContext web = (WebServerApplicationContext) context;
            Server server = ((JettyWebServer) web.getWebServer()).getServer();
            DropGuard guard = context.getBean(DropGuard.class);
            Application application = context.getBean(Application.class);
            assertThat(server.getConnectors()).allMatch(GuardConnectionFactory::isGuarded);
            assertThat(context.getBeanProvider(GuardedMvc.class).getIfAvailable()).isNull();
            try (RawClient client = RawClient.connect(web.getWebServer().getPort())) {
                client.get("/quick");
                assertThat(client.body()).isEqualTo("done");

                client.get("/wait");
                assertThat(application.entered.await(10, SECONDS)).isTrue();
                client.rst();

                assertThat(application.cancelled.await(10, SECONDS)).isTrue();
            }
            await().until(() -> guard.statistics().active() == 0);
            assertThat(guard.statistics().losses()).containsEntry(Signal.RST, 1L);
        }
    }

    @Test
    void whereThereIsNoJettyThereIsNoGuard() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                DropGuardAutoConfiguration.class,
                                DropGuardMvcAutoConfiguration.class,
                                DropGuardActuatorAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.jetty"))
                .run(
                        context -> {
                            assertThat(context).hasNotFailed();
                            assertThat(context.getBeanDefinitionNames())
                                    .noneMatch(name -> name.startsWith("dropGuard"));
                        });
    }

    /** As with Reactor Netty, where Jetty is on the class path too: as a client, for one. */
    @Test
    void anotherServersGuardHasNothingToGuardAndStopsNothing() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(
                                DropGuardAutoConfiguration.class,
                                DropGuardMvcAutoConfiguration.class,
                                DropGuardActuatorAutoConfiguration.class))
                .run(
                        context -> {
                            assertThat(context).hasNotFailed().hasSingleBean(DropGuard.class);
                            DropGuard guard = context.getBean(DropGuard.class);
                            assertThat(guard.handler().getServer()).isNull();
                            assertThat(guard.connections().snapshot()).isEmpty();
                        });
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        SslAutoConfiguration.class,
        JettyReactiveWebServerAutoConfiguration.class,
        DropGuardAutoConfiguration.class,
        DropGuardMvcAutoConfiguration.class,
        DropGuardActuatorAutoConfiguration.class
    })
    static class Application {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch cancelled = new CountDownLatch(1);

        /** What WebFlux is to the server. */
        @Bean
        HttpHandler handler() {
            return this::handle;
        }

        private Mono<Void> handle(ServerHttpRequest request, ServerHttpResponse response) {
            if (request.getPath().value().equals("/wait")) {
                entered.countDown();
                return Mono.<Void>never().doOnCancel(cancelled::countDown);
            }
            response.getHeaders().setContentLength(4);
            byte[] done = "done".getBytes(StandardCharsets.US_ASCII);
            return response.writeWith(Mono.just(response.bufferFactory().wrap(done)));
        }
    }
}
