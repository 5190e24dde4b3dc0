package io.dropguard.it;

import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Spring Boot application as users run it, and curls that are killed while they wait. */
class SpringBootIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JsonMapper STRICT =
            JsonMapper.builder()
                    .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, true)
                    .build();

    @TempDir static Path directory;
    static ShopProcess clearText;
    static ShopProcess tls;

    enum Way {
        HTTP("http1.1"),
        HTTPS("http1.1"),
        H2("http2");

        private final String protocol;

        Way(String protocol) {
            this.protocol = protocol;
        }

        ShopProcess shop() {
            return this == HTTP ? clearText : tls;
        }
    }

    /** One says its log as lines, the other as fields of structured logging. */
    @BeforeAll
    static void startShops() {
        clearText =
                ShopProcess.start(
                        directory,
                        "http",
                        "--logging.structured.format.console=ecs",
                        "--dropguard.log=slf4j-key-values",
                        "--dropguard.log-format=ecs");
        tls =
                ShopProcess.start(
                        directory,
                        "https",
                        "--spring.profiles.active=tls",
                        "--supplier=" + clearText.uri("/supplier"));
    }

    @AfterAll
    static void stopShops() throws InterruptedException {
        tls.close();
        clearText.close();
    }

    @ParameterizedTest
    @EnumSource
    void theQueryOfALostClientIsCancelledInTheDatabase(Way way) throws Exception {
        int before = lost(way.shop(), "/similar-customers").size();
        Process curl = way.shop().curl(way.protocol, "/similar-customers");
        await().atMost(PATIENCE)
                .until(() -> way.shop().get("/running-queries").contains("FROM sale a"));

        leave(curl);

        await().atMost(PATIENCE).until(() -> way.shop().get("/running-queries").equals("[]"));
        awaitLost(way.shop(), "/similar-customers", before);
    }

    @ParameterizedTest
    @EnumSource
    void theCallForALostClientIsAborted(Way way) throws Exception {
        int before = lost(way.shop(), "/quote").size();
        int aborted = lost(clearText, "/supplier").size();
        Process curl = way.shop().curl(way.protocol, "/quote");
        await().atMost(PATIENCE)
                .until(() -> active(clearText) > (way == Way.HTTP ? 2 : 1)); // and our question

        leave(curl);

        awaitLost(way.shop(), "/quote", before);
        awaitLost(clearText, "/supplier", aborted);
    }

    @Test
    void structuredLoggingHasTheRecordsAsFieldsAndNotAsText() throws Exception {
        Process curl = clearText.curl("http1.1", "/quote");
        await().atMost(PATIENCE).until(() -> active(clearText) > 2);
        leave(curl);

        JsonNode record =
                await().atMost(PATIENCE)
                        .until(() -> lost(clearText, "/quote"), not(List::isEmpty))
                        .get(0);

        assertThat(record.at("/ecs/version").asString()).isNotEmpty();
        assertThat(record.at("/service/name").asString()).isEqualTo("shop");
        assertThat(record.at("/http/request/method").asString()).isEqualTo("GET");
        assertThat(record.at("/dropguard/loss/signal").asString()).isEqualTo("fin");
        assertThat(record.at("/dropguard/duration_ms").isNumber()).isTrue();
    }

    @Test
    void actuatorTellsOfTheGuard() throws Exception {
        assertThat(clearText.get("/actuator/dropguard")).contains("\"losses\":{\"FIN\":");
        assertThat(tls.get("/actuator/health"))
                .contains("\"dropGuard\":{\"details\":{\"connectors\":1,\"guarded\":1,");
    }

    private static void leave(Process curl) throws InterruptedException {
        curl.destroyForcibly();
        assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void awaitLost(ShopProcess shop, String path, int before) {
        await().alias(path + " in the log")
                .atMost(PATIENCE)
                .until(() -> lost(shop, path).size() > before);
        assertThat(shop.output()).doesNotContain("ERROR").doesNotContain("\tat ");
    }

    private static long active(ShopProcess shop) throws Exception {
        return STRICT.readTree(shop.get("/actuator/dropguard")).at("/exchanges/active").asLong();
    }

    /** The records of lost clients, whose fields may be nested or have dots in their names. */
    private static List<JsonNode> lost(ShopProcess shop, String path) {
        return shop.output()
                .lines()
                .filter(line -> line.startsWith("{") && line.endsWith("}"))
                .map(STRICT::readTree)
                .filter(record -> text(record, "dropguard.outcome").equals("client_lost"))
                .filter(record -> text(record, "url.path").equals(path))
                .toList();
    }

    private static String text(JsonNode record, String field) {
        JsonNode flat = record.path(field);
        return (flat.isMissingNode() ? record.at("/" + field.replace('.', '/')) : flat)
                .asString("");
    }
}
