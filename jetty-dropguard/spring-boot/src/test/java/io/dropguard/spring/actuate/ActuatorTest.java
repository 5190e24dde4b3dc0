package io.dropguard.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.connector.GuardConnectionFactory;
import io.dropguard.exchange.GuardHandler;
import io.dropguard.testkit.RawClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jetty.JettyWebServer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** With a management server of its own. */
@SpringBootTest(
        classes = ActuatorTest.Application.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "management.endpoints.web.exposure.include=dropguard,health",
            "management.endpoint.health.show-details=always",
            "dropguard.response-deadline=30s",
            "dropguard.log-file=target/actuator.log",
            "dropguard.log=file"
        })
class ActuatorTest {
    @LocalServerPort private int port;
    @LocalManagementPort private int managementPort;
    @Autowired private Application application;
    @Autowired private MeterRegistry meters;

    @Test
    void theManagementServerIsGuardedToo() {
        Server management = application.servers.get("management");
        Server main = application.servers.get("");

        assertThat(management).isNotSameAs(main);
        for (Server server : application.servers.values()) {
            assertThat(server.getConnectors()).allMatch(GuardConnectionFactory::isGuarded);
            assertThat(server.getHandler()).isInstanceOf(GuardHandler.class);
        }
    }

    @Test
    void theEndpointTellsWhatTheGuardSaw() throws Exception {
        lose("/deferred");

        await().untilAsserted(
                        () ->
                                assertThat(management("/actuator/dropguard"))
                                        .containsPattern("\"RST\":[1-9]")
                                        .contains(
                                                "\"active\":0", "\"interrupts\":", "\"unrun\":0"));
    }

    @Test
    void metersTellWhatTheGuardSaw() throws Exception {
        lose("/deferred");

        await().until(
                        () ->
                                meters.get("jetty.dropguard.losses")
                                                .tag("signal", "rst")
                                                .functionCounter()
                                                .count()
                                        > 0);
        assertThat(meters.get("jetty.dropguard.connections").gauges()).hasSize(7);
    }

    @Test
    void aConnectionIsSeenAndShutDown() throws Exception {
        try (RawClient client = RawClient.connect(port)) {
            client.get("/finishing");
            application.begun.acquire();
            JsonNode seen = computing();
            String one = "/actuator/dropguard/" + seen.get("id").asString();

            assertThat(management(one)).contains("\"stack\":[\"", "CountDownLatch.await");
            assertThat(post(one, "{\"epoch\":-1}")).isEqualTo("{\"shutDown\":false}");
            assertThat(post(one, "{\"epoch\":" + seen.get("epoch").asString() + "}"))
                    .isEqualTo("{\"shutDown\":true}");

            assertThat(client.readAll()).doesNotContain("\r\n"); // a probe's bytes at most
        }
        application.finish.countDown(); // a shutdown cancels, and interrupts only if it is to
        await().untilAsserted(() -> assertThat(computing().isMissingNode()).isTrue());
    }

    private JsonNode computing() throws Exception {
        for (JsonNode each :
                JsonMapper.shared().readTree(management("/actuator/dropguard")).get("connections"))
            if (each.path("path").asString("").equals("/finishing")) return each;
        return MissingNode.getInstance();
    }

    @Test
    void healthIsUpAndSaysWhatIsGuarded() throws Exception {
        assertThat(management("/actuator/health"))
                .contains("\"dropGuard\":{\"details\":{\"connectors\":1,\"guarded\":1,")
                .contains("\"status\":\"UP\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/blocking", "/deferred"})
    void anObservationSaysThatTheClientWasLost(String path) throws Exception {
        lose(path);

        await().untilAsserted(() -> assertThat(requests(path, "client_lost")).isNotNull());
    }

    @Test
    void theGuardsMetersAreThere() throws Exception {
        lose("/blocking");

        await().untilAsserted(
                        () ->
                                assertThat(
                                                meters.get("jetty.dropguard.losses")
                                                        .tag("signal", "rst")
                                                        .functionCounter()
                                                        .count())
                                        .isPositive());
    }

    @Test
    void anObservationSaysThatARequestWasCompleted() throws Exception {
        get(port, "/quick");

        await().untilAsserted(() -> assertThat(requests("/quick", "completed")).isNotNull());
    }

    private Timer requests(String path, String outcome) {
        return meters.find("http.server.requests")
                .tag("uri", path)
                .tag(GuardObservationConvention.OUTCOME, outcome)
                .timer();
    }

    private void lose(String path) throws Exception {
        try (RawClient client = RawClient.connect(port)) {
            client.get(path);
            application.begun.acquire();
            client.rst();
        }
    }

    private String management(String path) throws Exception {
        return get(managementPort, path);
    }

    private String post(String path, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String get(int port, String path) throws Exception {
        URI uri = URI.create("http://localhost:" + port + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class Application {
        private final Map<String, Server> servers = new ConcurrentHashMap<>();
        private final Semaphore begun = new Semaphore(0);
        private final CountDownLatch finish = new CountDownLatch(1);

        @EventListener
        void on(WebServerInitializedEvent event) {
            String namespace = event.getApplicationContext().getServerNamespace();
            servers.put(
                    namespace == null ? "" : namespace,
                    ((JettyWebServer) event.getWebServer()).getServer());
        }
    }

    @RestController
    static class Controller {
        private final Application application;

        Controller(Application application) {
            this.application = application;
        }

        @GetMapping("/quick")
        String quick() {
            return "done";
        }

        @GetMapping("/blocking")
        String blocking() throws InterruptedException {
            application.begun.release();
            new CountDownLatch(1).await();
            return "never";
        }

        @GetMapping("/finishing")
        String finishing() throws InterruptedException {
            application.begun.release();
            application.finish.await();
            return "done";
        }

        @GetMapping("/deferred")
        DeferredResult<String> deferred() {
            application.begun.release();
            return new DeferredResult<>(60_000L);
        }
    }
}
