package io.dropguard.it.waiting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import io.dropguard.it.ProxyCommand;
import io.dropguard.samples.quickstart.Quickstart;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** A slow answer behind a proxy that gives up after two seconds of silence. */
@Timeout(120)
class ImpatientProxyIT {
    /** Thrice what the proxies wait, near enough. */
    private static final long WORK_MILLIS = 5_000;

    @TempDir Path directory;

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(ImpatientProxy.class)
    void withHeartbeatsTheAnswerArrivesWhole(ImpatientProxy proxy) throws Exception {
        Optional<HttpResponse<String>> answer = reportThrough(proxy);

        assertThat(answer).isPresent();
        assertThat(answer.get().statusCode()).isEqualTo(200);
        assertThat(answer.get().body()).startsWith("  ");
        assertThat(JsonMapper.shared().readTree(answer.get().body()).get("ms").asLong())
                .isEqualTo(WORK_MILLIS);
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(ImpatientProxy.class)
    void withoutHeartbeatsTheProxyGivesUp(ImpatientProxy proxy) throws Exception {
        Optional<HttpResponse<String>> answer = reportThrough(proxy, "--bare");

        assertThat(answer.map(HttpResponse::statusCode)).isNotEqualTo(Optional.of(200));
        assertThat(answer.map(HttpResponse::body).orElse("")).doesNotContain("report");
    }

    @Execution(CONCURRENT)
    @ParameterizedTest
    @EnumSource(ImpatientProxy.class)
    void withCommentsBetweenThemAllEventsArrive(ImpatientProxy proxy) throws Exception {
        Optional<HttpResponse<String>> answer = through(proxy, "/events");

        assertThat(answer).isPresent();
        assertThat(answer.get().body()).contains("event: begin").contains("event: end");
    }

    private Optional<HttpResponse<String>> reportThrough(ImpatientProxy proxy, String... options)
            throws Exception {
        return through(proxy, "/report", options);
    }

    /** Empty if the connection was broken. */
    private Optional<HttpResponse<String>> through(
            ImpatientProxy proxy, String path, String... options) throws Exception {
        String[] all = new String[options.length + 4];
        System.arraycopy(options, 0, all, 4, options.length);
        System.arraycopy(new String[] {"--port", "0", "--tls-port", "-1"}, 0, all, 0, 4);
        try (Quickstart server =
                        Quickstart.start(new PrintStream(PrintStream.nullOutputStream()), all);
                ProxyCommand.Running running =
                        proxy.command()
                                .start(
                                        directory,
                                        URI.create("http://127.0.0.1:" + server.port()))) {
            URI uri = running.base().resolve(path + "?ms=" + WORK_MILLIS);
            return Optional.of(
                    HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1) // Caddy hands an upgrade on
                            .build()
                            .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()));
        } catch (IOException broken) {
            return Optional.empty();
        }
    }
}
