package io.dropguard.downstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.ClientLoss;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client talks to a first server, that to a second by the JDK's client, that to a third. */
class ChainTest {
    private static final int RUNS = 41;

    @Test
    @Timeout(120)
    void theThirdServerStopsWithinFiftyMillisecondsOfTheClientsLeaving() throws Exception {
        HttpClient jdkClient = HttpClient.newBuilder().version(Version.HTTP_1_1).build();
        org.eclipse.jetty.client.HttpClient jettyClient = new org.eclipse.jetty.client.HttpClient();
        jettyClient.start();
        try (SlowServer third = SlowServer.waiting();
                SlowServer second =
                        new SlowServer(
                                (request, exchange) ->
                                        JettyCalls.abortWith(
                                                        exchange.token(),
                                                        jettyClient.newRequest(third.uri()))
                                                .send());
                SlowServer first =
                        new SlowServer(
                                (request, exchange) ->
                                        HttpCalls.send(
                                                exchange.token(),
                                                jdkClient,
                                                HttpRequest.newBuilder(second.uri()).build(),
                                                BodyHandlers.discarding()))) {
            long[] micros = new long[RUNS];
            for (int run = 0; run < RUNS; run++) {
                long left = leave(first, third);
                Long stopped = third.stoppedNanos.poll(30, TimeUnit.SECONDS);
                assertThat(stopped).as("the third server stopped").isNotNull();
                micros[run] = (stopped - left) / 1000;
                for (SlowServer server : new SlowServer[] {first, second, third})
                    assertThat(server.stopped.poll(30, TimeUnit.SECONDS))
                            .isInstanceOf(ClientLoss.class);
            }
            Arrays.sort(micros);
            System.out.printf(
                    "chain of three: the third stopped after %d us (median), %d us (worst of %d)%n",
                    micros[RUNS / 2], micros[RUNS - 1], RUNS);
            assertThat(micros[RUNS / 2]).isLessThan(50_000);
        } finally {
            jettyClient.stop();
        }
    }

    /** When, in nanoseconds, the client that has brought the last server to work has left. */
    private static long leave(SlowServer first, SlowServer last) throws Exception {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), first.port())) {
            client.getOutputStream()
                    .write(
                            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(last.started.poll(30, TimeUnit.SECONDS)).isNotNull();
            return System.nanoTime();
        }
    }
}
