package io.dropguard.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class QuickstartLogTest {

    @ParameterizedTest
    @ValueSource(strings = {"guarded", "bare"})
    void withLogEveryExchangeIsALineOfJsonOnStdoutAndStatsAreAsWithout(String kind)
            throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Quickstart.class.getName(),
                                "--port",
                                "0",
                                "--tls-port",
                                "-1",
                                "--log"));
        if (kind.equals("bare")) command.add("--bare");
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (BufferedReader out = process.inputReader()) {
            String banner = out.readLine();
            assertThat(banner).contains(kind);
            String base = banner.substring(banner.indexOf("http://"));
            String stats = get(base + "/stats");
            assertThat(JsonMapper.shared().readTree(stats).isObject()).isTrue();
            assertThat(get(base + "/stats")).isEqualTo(stats);
            for (int i = 0; i < 2; i++) {
                JsonNode record = JsonMapper.shared().readTree(out.readLine());
                assertThat(record.get("url.path").asString()).isEqualTo("/stats");
                assertThat(record.get("dropguard.outcome").asString()).isEqualTo("completed");
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static String get(String uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(uri))
                                .version(HttpClient.Version.HTTP_1_1)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
