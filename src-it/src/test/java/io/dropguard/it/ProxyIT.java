package io.dropguard.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.it.QuickstartProcess.Stats;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Behind a reverse proxy the server learns of the client's leaving only what the proxy tells. */
class ProxyIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CLIENTS = 20;

    @TempDir static Path directory;
    static QuickstartProcess server;

    @BeforeAll
    static void startServer() {
        server = QuickstartProcess.start(directory);
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.close();
    }

    static Stream<Arguments> departures() {
        return Arrays.stream(ReverseProxy.values())
                .filter(proxy -> proxy.signal() != null)
                .flatMap(
                        proxy ->
                                Arrays.stream(Departure.values())
                                        .map(how -> Arguments.of(proxy, how)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("departures")
    void theProxyHandsOnThatItsClientHasLeft(ReverseProxy proxy, Departure departure)
            throws Exception {
        try (ProxyCommand.Running running = proxy.command().start(directory, server.clearText())) {
            for (String mode : List.of("block", "cpu", "async", "pool")) {
                int clients = mode.equals("cpu") ? 4 : CLIENTS;
                Stats before = server.stats();
                List<Departure.Client> all = compute(running, departure, clients, mode, 3_600_000);
                for (Departure.Client client : all) client.leave();
                await().alias(mode + ": all are stopped")
                        .atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> server.stats().since(before).stopped() == clients);
                assertThat(server.stats().since(before).losses())
                        .as(mode)
                        .containsEntry(proxy.signal(), (long) clients);
            }
        }
    }

    @Test
    void haProxyWithoutAbortOnCloseKeepsItToItself() throws Exception {
        try (ProxyCommand.Running running =
                ReverseProxy.HAPROXY.command().start(directory, server.clearText())) {
            Stats before = server.stats();
            for (Departure.Client client : compute(running, Departure.RST, CLIENTS, "block", 2_000))
                client.leave();
            await().alias("all are computed to their end")
                    .atMost(PATIENCE)
                    .until(() -> server.stats().since(before).completed() == CLIENTS);
            assertThat(server.stats().since(before).stopped()).isZero();
        }
    }

    private static List<Departure.Client> compute(
            ProxyCommand.Running proxy, Departure departure, int clients, String mode, long millis)
            throws Exception {
        Stats before = server.stats();
        URI uri = proxy.base().resolve("/compute?mode=" + mode + "&ms=" + millis);
        List<Departure.Client> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) all.add(departure.get(Protocol.HTTP_1, uri, directory));
        await().alias(mode + ": all are computed")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> server.stats().since(before).started() == clients);
        return all;
    }
}
