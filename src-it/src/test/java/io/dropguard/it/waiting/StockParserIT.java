package io.dropguard.it.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import com.sun.net.httpserver.HttpServer;
import io.dropguard.samples.quickstart.Quickstart;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import tools.jackson.databind.json.JsonMapper;

/** Bodies with heartbeats are parsed by what clients have, and nobody has changed. */
@Timeout(120)
class StockParserIT {
    /** Two heartbeats go before it. */
    private static final long WORK_MILLIS = 2_500;

    private static final Path BROWSER = Path.of("/usr/bin/chromium");

    /** Tells the test what it has seen, by asking it for a page that does not exist. */
    private static final String PAGE =
            """
            <!DOCTYPE html>
            <script>
            const tell = (what, value) => fetch(`/${what}/${encodeURIComponent(value)}`);
            fetch("REPORT").then(r => r.json())
                .then(json => tell("json", json.report), e => tell("json", e));
            let seen = "";
            const events = new EventSource("EVENTS");
            events.addEventListener("begin", e => seen += JSON.parse(e.data).ms);
            events.addEventListener("end", e => { events.close(); tell("events", seen + " end"); });
            events.onmessage = e => seen += "unnamed";
            </script>
            """;

    @TempDir static Path directory;
    static Quickstart server;

    @BeforeAll
    static void start() throws Exception {
        server =
                Quickstart.start(
                        new PrintStream(PrintStream.nullOutputStream()),
                        "--port",
                        "0",
                        "--tls-port",
                        "-1");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path + "?ms=" + WORK_MILLIS);
    }

    @Execution(CONCURRENT)
    @Test
    void jackson() throws Exception {
        String body =
                HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(uri("/report")).build(),
                                BodyHandlers.ofString())
                        .body();

        assertThat(body).startsWith("  ");
        assertThat(JsonMapper.shared().readTree(body).get("report").asString()).isEqualTo("ready");
    }

    @Execution(CONCURRENT)
    @Test
    void pythonJson() throws Exception {
        assertThat(
                        outputOf(
                                "python3",
                                "-c",
                                "import json, sys, urllib.request as u\n"
                                        + "print(json.load(u.urlopen(sys.argv[1]))['report'])",
                                uri("/report").toString()))
                .isEqualTo("ready");
    }

    @Execution(CONCURRENT)
    @Test
    void nodeJsonParse() throws Exception {
        assertThat(
                        outputOf(
                                "node",
                                "-e",
                                "require('http').get(process.argv[1], r => { let b = '';"
                                        + " r.on('data', d => b += d);"
                                        + " r.on('end', () => console.log(JSON.parse(b).report)) })",
                                uri("/report").toString()))
                .isEqualTo("ready");
    }

    @Execution(CONCURRENT)
    @Test
    void jq() throws Exception {
        assertThat(
                        outputOf(
                                "sh",
                                "-c",
                                "curl --silent --show-error \"$0\" | jq -r .report",
                                uri("/report").toString()))
                .isEqualTo("ready");
    }

    @Execution(CONCURRENT)
    @Test
    void chromiumFetchJsonAndEventSource() throws Exception {
        Map<String, CompletableFuture<String>> told =
                new ConcurrentHashMap<>(
                        Map.of(
                                "json", new CompletableFuture<>(),
                                "events", new CompletableFuture<>()));
        HttpServer pages =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        pages.createContext(
                "/",
                exchange -> {
                    String[] path = exchange.getRequestURI().getPath().split("/", 3);
                    CompletableFuture<String> waiting = told.get(path.length < 3 ? "" : path[1]);
                    if (waiting != null) waiting.complete(path[2]);
                    byte[] page =
                            PAGE.replace("REPORT", uri("/report").toString())
                                    .replace("EVENTS", uri("/events").toString())
                                    .getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().set("Content-Type", "text/html");
                    exchange.sendResponseHeaders(200, page.length);
                    exchange.getResponseBody().write(page);
                    exchange.close();
                });
        pages.start();
        Process browser = browser("http://127.0.0.1:" + pages.getAddress().getPort() + "/");
        try {
            assertThat(told.get("json").get(60, TimeUnit.SECONDS)).isEqualTo("ready");
            assertThat(told.get("events").get(60, TimeUnit.SECONDS))
                    .isEqualTo(WORK_MILLIS + " end");
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly().waitFor();
            pages.stop(0);
        }
    }

    private static Process browser(String page) throws Exception {
        return new ProcessBuilder(
                        BROWSER.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-web-security", // the quickstart is another origin
                        "--remote-debugging-port=0", // so that it stays
                        "--user-data-dir=" + Files.createTempDirectory(directory, "browser"),
                        page)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("browser.txt").toFile())
                .start();
    }

    private static String outputOf(String... command) throws Exception {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s", List.of(command)).isTrue();
        return Files.readString(output).strip();
    }
}
