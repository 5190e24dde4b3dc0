package io.dropguard.it.console;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A headless Chromium, driven over its DevTools protocol. Used by one thread; what the browser
 * tells comes on others.
 */
final class Chromium implements AutoCloseable {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
    private final List<URI> requested = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();

    private Chromium(Process process, URI page) {
        this.process = process;
        this.socket =
                HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .buildAsync(page, new Listener())
                        .join();
        for (String domain : List.of("Page", "Network", "Runtime", "Log"))
            ask(domain + ".enable", Map.of());
    }

    static Chromium start(Path directory) throws Exception {
        Path profile = Files.createTempDirectory(directory, "browser");
        Process process =
                new ProcessBuilder(
                                BROWSER.toString(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--hide-scrollbars",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile,
                                "about:blank")
                        .redirectErrorStream(true)
                        .redirectOutput(profile.resolve("output.txt").toFile())
                        .start();
        try {
            Path told = profile.resolve("DevToolsActivePort");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.exists(told) && Files.readAllLines(told).size() == 2);
            return new Chromium(process, page(Files.readAllLines(told).get(0)));
        } catch (Exception notStarted) {
            end(process);
            throw notStarted;
        }
    }

    private static URI page(String port) throws Exception {
        JsonNode targets =
                JsonMapper.shared()
                        .readTree(
                                HttpClient.newHttpClient()
                                        .send(
                                                HttpRequest.newBuilder(
                                                                URI.create(
                                                                        "http://127.0.0.1:"
                                                                                + port
                                                                                + "/json/list"))
                                                        .build(),
                                                BodyHandlers.ofString())
                                        .body());
        for (JsonNode target : targets)
            if (target.path("type").asString().equals("page"))
                return URI.create(target.path("webSocketDebuggerUrl").asString());
        throw new IllegalStateException("no page: " + targets);
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket webSocket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                JsonNode whole = JsonMapper.shared().readTree(message.toString());
                message.setLength(0);
                CompletableFuture<JsonNode> reply = replies.remove(whole.path("id").asInt(-1));
                if (reply != null) reply.complete(whole);
                else hear(whole.path("method").asString(), whole.path("params"));
            }
            webSocket.request(1);
            return null;
        }
    }

    private void hear(String event, JsonNode told) {
        switch (event) {
            case "Network.requestWillBeSent" ->
                    requested.add(URI.create(told.path("request").path("url").asString()));
            case "Runtime.exceptionThrown",
                    "Page.javascriptDialogOpening",
                    "Security.certificateError" ->
                    problems.add(event + " " + told);
            case "Log.entryAdded" -> {
                if (told.path("entry").path("level").asString().equals("error"))
                    problems.add(event + " " + told);
            }
            default -> {} // of no interest here
        }
    }

    private JsonNode ask(String method, Map<String, Object> parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        replies.put(id, reply);
        socket.sendText(
                        JsonMapper.shared()
                                .writeValueAsString(
                                        Map.of("id", id, "method", method, "params", parameters)),
                        true)
                .join();
        JsonNode told = reply.orTimeout(30, TimeUnit.SECONDS).join();
        if (told.has("error")) throw new IllegalStateException(method + ": " + told.path("error"));
        return told.path("result");
    }

    void open(URI page) {
        ask("Page.navigate", Map.of("url", page.toString()));
    }

    /** The value of an expression, as text. */
    String value(String expression) {
        JsonNode result =
                ask("Runtime.evaluate", Map.of("expression", "String(" + expression + ")"));
        if (result.has("exceptionDetails")) throw new IllegalStateException(expression + result);
        return result.path("result").path("value").asString();
    }

    /** With the mouse, where the element is. */
    void click(String selector) {
        String[] at =
                value(
                                "(() => { const e = document.querySelector('"
                                        + selector
                                        + "'); e.scrollIntoView({block: 'center'});"
                                        + " const r = e.getBoundingClientRect();"
                                        + " return [r.x + r.width / 2, r.y + r.height / 2]; })()")
                        .split(",", -1);
        for (String type : List.of("mouseMoved", "mousePressed", "mouseReleased"))
            ask(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            Double.parseDouble(at[0]),
                            "y",
                            Double.parseDouble(at[1]),
                            "button",
                            type.equals("mouseMoved") ? "none" : "left",
                            "clickCount",
                            type.equals("mouseMoved") ? 0 : 1));
    }

    /** A key that prints, or one with a name such as {@code Enter}. */
    void press(String key) {
        Map<String, Object> down =
                key.length() == 1
                        ? Map.of("type", "keyDown", "key", key, "text", key)
                        : Map.of(
                                "type",
                                "keyDown",
                                "key",
                                key,
                                "code",
                                key,
                                "windowsVirtualKeyCode",
                                Map.of("Tab", 9, "Enter", 13, "Escape", 27).get(key),
                                "text",
                                key.equals("Enter") ? "\r" : "");
        ask("Input.dispatchKeyEvent", down);
        ask("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    void look(int width, int height, String scheme) {
        ask(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        height,
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        width < 600));
        ask(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    Path screenshot(Path file) throws IOException {
        String data =
                ask("Page.captureScreenshot", Map.of("format", "png")).path("data").asString();
        return Files.write(file, Base64.getDecoder().decode(data));
    }

    /** What was asked for since the start. */
    List<URI> requested() {
        return requested;
    }

    /** Exceptions, dialogs, and what the browser has refused to do for the page. */
    List<String> problems() {
        return problems;
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        end(process);
    }

    private static void end(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }
}
