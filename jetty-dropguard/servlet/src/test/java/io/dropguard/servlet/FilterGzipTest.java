package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A compressing handler before the context decides before the filter has a say. */
@Timeout(60)
@SuppressWarnings("removal") // what most servers compress with today
class FilterGzipTest {
    private static final String TEXT = "\"" + "a".repeat(2000) + "\"";

    @ParameterizedTest
    @EnumSource(Stack.class)
    void whereHeartbeatsMayGoNothingIsCompressedAndElsewhereItIs(Stack stack) throws Exception {
        CountDownLatch beaten = new CountDownLatch(1);
        try (FilteredServer server =
                new FilteredServer(stack)
                        .filter("/slow/*", "heartbeat", "auto", "heartbeat-interval", "20ms")
                        .servlet(
                                "/",
                                (request, response) -> {
                                    response.setContentType("application/json");
                                    if (request.getServletPath().startsWith("/slow"))
                                        beaten.await();
                                    response.getWriter().print(TEXT);
                                })
                        .within(new GzipHandler())
                        .guarded()
                        .start()) {
            try (var client = server.request("/slow/x", "Accept-Encoding: gzip")) {
                String begun = FilteredServer.readUntil(client, " \r\n1\r\n \r\n");
                assertThat(begun).doesNotContain("Content-Encoding");
                beaten.countDown();
                assertThat(FilteredServer.readUntil(client, "\r\n0\r\n\r\n")).contains(TEXT);
            }
            assertThat(server.get("/other", "Accept-Encoding: gzip"))
                    .contains("Content-Encoding: gzip");
        }
    }
}
