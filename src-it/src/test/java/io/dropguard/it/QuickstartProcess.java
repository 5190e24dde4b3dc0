package io.dropguard.it;

import static org.awaitility.Awaitility.await;

import io.dropguard.cancel.ClientLoss.Signal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The quickstart server, in a process of its own, as a user starts it. Thread-safe. */
final class QuickstartProcess implements AutoCloseable {
    private static final Pattern URLS =
            Pattern.compile("(http://\\S+) (https://\\S+)", Pattern.MULTILINE);

    private final RunningProcess process;
    private final URI clearText;
    private final URI tls;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private QuickstartProcess(RunningProcess process, URI clearText, URI tls) {
        this.process = process;
        this.clearText = clearText;
        this.tls = tls;
    }

    static QuickstartProcess start(Path directory, String... options) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String jar = Path.of(System.getProperty("quickstart.jar")).toAbsolutePath().toString();
        List<String> command =
                Stream.concat(
                                Stream.of(java, "-jar", jar, "--port", "0", "--tls-port", "0"),
                                Stream.of(options))
                        .toList();
        RunningProcess process = RunningProcess.start(directory, command.toArray(String[]::new));
        Matcher urls =
                await().atMost(RunningProcess.STARTED_WITHIN)
                        .pollInterval(Duration.ofMillis(50))
                        .until(
                                () -> {
                                    if (!process.isAlive())
                                        throw new IllegalStateException(process.output());
                                    return URLS.matcher(process.output());
                                },
                                Matcher::find);
        return new QuickstartProcess(process, URI.create(urls.group(1)), URI.create(urls.group(2)));
    }

    URI clearText() {
        return clearText;
    }

    URI tls() {
        return tls;
    }

    /** What {@code /stats} tells. Immutable. */
    record Stats(long started, long completed, long stopped, Map<Signal, Long> losses) {

        /** What has happened since {@code before}. */
        Stats since(Stats before) {
            Map<Signal, Long> more = new EnumMap<>(Signal.class);
            losses.forEach((signal, count) -> more.put(signal, count - before.losses.get(signal)));
            return new Stats(
                    started - before.started,
                    completed - before.completed,
                    stopped - before.stopped,
                    more);
        }
    }

    Stats stats() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(clearText.resolve("/stats"))
                        .timeout(Duration.ofSeconds(30))
                        .build();
        JsonNode json =
                JsonMapper.shared()
                        .readTree(
                                client.send(request, HttpResponse.BodyHandlers.ofString()).body());
        Map<Signal, Long> losses = new EnumMap<>(Signal.class);
        for (Signal signal : Signal.values())
            losses.put(signal, json.path("losses").path(signal.name()).asLong());
        JsonNode counts = json.path("computations");
        return new Stats(
                counts.path("started").asLong(),
                counts.path("completed").asLong(),
                counts.path("stopped").asLong(),
                losses);
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
