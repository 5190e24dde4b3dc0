package io.dropguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Jetty, started by its start.jar, with a real WAR, and real curls that are killed. */
class StandaloneJettyIT {
    /** Of each protocol and servlet; {@code -Plong} makes it 5. */
    private static final int CURLS = Math.max(1, Integer.getInteger("trials") / 200);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** What the sample says of a report that was not finished. */
    private static final Pattern STOPPED =
            Pattern.compile("/report(/async)? ended after .*, cancelled: ClientLoss");

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"ee10", "ee11"})
    void theWorkOfAWebApplicationStopsWhenItsClientsAreKilled(String environment) throws Exception {
        JettyBase base =
                JettyBase.create(
                                directory,
                                "http,http2c,https,http2,test-keystore",
                                environment + "-deploy",
                                "dropguard,dropguard-log")
                        .with("dropguard.log-started", "true")
                        .with("dropguard.log-headers", "X-Report");
        try (JettyBase.Running jetty = base.serve()) {
            assertThat(status(jetty, "summary?seconds=3600"))
                    .as("the filter's deadline")
                    .isEqualTo(503);
            List<Departure.Client> clients = new ArrayList<>();
            for (Protocol protocol : Protocol.values())
                for (String servlet : List.of("report", "report/async"))
                    for (int i = 0; i < CURLS; i++)
                        clients.add(curl(protocol, jetty, servlet + "?seconds=3600"));
            await().alias("all are at work")
                    .atMost(PATIENCE)
                    .until(() -> records(base, "started").size() == clients.size());

            for (Departure.Client client : clients) client.leave();

            await().alias("all have stopped")
                    .atMost(PATIENCE)
                    .until(() -> stopped(jetty) == clients.size());
            await().alias("all are logged")
                    .atMost(PATIENCE)
                    .until(() -> records(base, "ended").size() == clients.size());
            assertThat(records(base, "ended")).allSatisfy(StandaloneJettyIT::toldAsLost);
            assertThat(jetty.process().output())
                    .contains("oeje" + environment.substring(2) + "w.WebAppContext")
                    .doesNotContain("WARN :oejs.", "\tat ");
        }
    }

    private Departure.Client curl(Protocol protocol, JettyBase.Running jetty, String path)
            throws Exception {
        URI base = protocol.isTls() ? jetty.tls() : jetty.clearText();
        return Departure.KILLED_CURL.get(protocol, base.resolve("/webapp/" + path), directory);
    }

    private static int status(JettyBase.Running jetty, String path) throws Exception {
        return get(jetty, "/webapp/" + path).statusCode();
    }

    private static List<JsonNode> records(JettyBase base, String event) {
        return base.log().stream()
                .filter(each -> each.path("url.path").asString().startsWith("/webapp/report"))
                .filter(
                        each ->
                                each.path("event.name")
                                        .asString()
                                        .equals("dropguard.exchange." + event))
                .toList();
    }

    private static long stopped(JettyBase.Running jetty) {
        return STOPPED.matcher(jetty.process().output()).results().count();
    }

    private static void toldAsLost(JsonNode ended) {
        assertThat(ended.path("dropguard.outcome").asString()).isEqualTo("client_lost");
        assertThat(ended.path("dropguard.ran_on_ms").asDouble()).isLessThan(1_000);
    }

    @Test
    void aWarThatBringsACopyUsesTheServers() throws Exception {
        JettyBase base =
                JettyBase.create(
                                directory,
                                "http,https,test-keystore,ee10-deploy,ee11-deploy,dropguard")
                        .withOwnCopy();
        try (JettyBase.Running jetty = base.serve()) {
            assertThat(status(jetty, "report?seconds=0")).isEqualTo(200);
            assertThat(status(jetty, "summary?seconds=3600")).isEqualTo(503);
            // it is told after the answer
            await().until(() -> jetty.process().output().contains("/summary ended after"));
            assertThat(jetty.process().output()).doesNotContain("\tat ");
        }
    }

    @Test
    void theConsoleAndTheLogAreModulesThatNeedNoOther() throws Exception {
        JettyBase base =
                JettyBase.create(
                                directory,
                                "http,https,test-keystore,ee11-deploy",
                                "dropguard-console,dropguard-log")
                        .with("dropguard.console-path", "/ops/");
        try (JettyBase.Running jetty = base.serve()) {
            assertThat(get(jetty, "/webapp/report?seconds=0").statusCode()).isEqualTo(200);

            HttpResponse<String> page = get(jetty, "/ops/");
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type"))
                    .hasValue("text/html;charset=utf-8");
            JsonNode live = JsonMapper.shared().readTree(get(jetty, "/ops/connections").body());
            assertThat(live.path("count").asInt()).as("%s", live).isPositive();

            await().alias("the log tells how it ended")
                    .atMost(PATIENCE)
                    .until(() -> records(base, "ended").size() == 1);
            assertThat(records(base, "ended").get(0).path("dropguard.outcome").asString())
                    .isEqualTo("completed");
            assertThat(base.log())
                    .as("the console's own requests are nobody's work")
                    .noneMatch(each -> each.path("url.path").asString().startsWith("/ops/"));
        }
    }

    private static HttpResponse<String> get(JettyBase.Running jetty, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(jetty.clearText().resolve(path)).timeout(PATIENCE).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theKernelIsAskedOnceItsModuleHasBroughtJna() throws Exception {
        JettyBase base = JettyBase.createWithJna(directory, "http,ee11-deploy,dropguard-jna");
        assertThat(applied(base))
                .contains("kernel view every 1000 ms")
                .doesNotContain("JNA is not");
    }

    @Test
    void withoutThatModuleTheStartSaysWhatIsNotApplied() throws Exception {
        JettyBase base = JettyBase.create(directory, "http,ee11-deploy,dropguard");
        assertThat(applied(base)).contains("not kernel view (JNA is not on the class path");
    }

    /** What the start says of its only connector. */
    private static String applied(JettyBase base) throws InterruptedException {
        int port = RunningProcess.freePort();
        try (RunningProcess process = base.start("jetty.http.port=" + port)) {
            await().atMost(PATIENCE).until(() -> process.output().contains("SocketTuning"));
            return process.output();
        }
    }

    @Test
    void aMisspeltPropertyStopsTheStartAndIsToldWithTheOneThatWasMeant() throws Exception {
        JettyBase base = JettyBase.create(directory, "http,ee11-deploy,dropguard");

        RunningProcess process = base.start("dropguard.half-clse=loss");

        assertThat(process.exitValue()).isNotZero();
        assertThat(process.output())
                .contains("dropguard.half-clse: unknown option")
                .contains("did you mean half-close?");
    }
}
