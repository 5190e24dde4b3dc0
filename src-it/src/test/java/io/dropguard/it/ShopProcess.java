package io.dropguard.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The Spring Boot sample, in a process of its own, asked by real curls. Thread-safe. */
final class ShopProcess implements AutoCloseable {
    private static final Pattern STARTED = Pattern.compile("Jetty started on port (\\d+)");

    /** 2 min: it starts in a few seconds, on a busy machine in half a minute. */
    private static final Duration STARTED_WITHIN = Duration.ofMinutes(2);

    private final RunningProcess process;
    private final String scheme;
    private final int port;

    private ShopProcess(RunningProcess process, String scheme, int port) {
        this.process = process;
        this.scheme = scheme;
        this.port = port;
    }

    static ShopProcess start(Path directory, String scheme, String... options) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String jar = Path.of(System.getProperty("shop.jar")).toAbsolutePath().toString();
        List<String> command =
                Stream.concat(
                                Stream.of(java, "-Xmx512m", "-jar", jar, "--server.port=0"),
                                Stream.of(options))
                        .toList();
        RunningProcess process = RunningProcess.start(directory, command.toArray(String[]::new));
        Matcher started =
                await().atMost(STARTED_WITHIN)
                        .pollInterval(Duration.ofMillis(50))
                        .until(
                                () -> {
                                    if (!process.isAlive())
                                        throw new IllegalStateException(process.output());
                                    return STARTED.matcher(process.output());
                                },
                                Matcher::find);
        return new ShopProcess(process, scheme, Integer.parseInt(started.group(1)));
    }

    String uri(String path) {
        return scheme + "://localhost:" + port + path;
    }

    /** A curl that waits for its answer until it is killed. */
    Process curl(String protocol, String path) throws IOException {
        return new ProcessBuilder("curl", "-sSk", "--" + protocol, uri(path)).start();
    }

    /** What a curl is answered. */
    String get(String path) throws IOException, InterruptedException {
        Process curl = curl("http1.1", path);
        String answer = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!curl.waitFor(30, TimeUnit.SECONDS) || curl.exitValue() != 0)
            throw new IllegalStateException(path + ": curl ended with " + curl.exitValue());
        return answer;
    }

    String output() {
        return process.output();
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
