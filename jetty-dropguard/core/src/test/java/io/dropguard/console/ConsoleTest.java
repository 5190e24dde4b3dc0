package io.dropguard.console;

import static io.dropguard.console.ConsoleServer.body;
import static io.dropguard.console.ConsoleServer.number;
import static io.dropguard.console.ConsoleServer.readUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.dropguard.DropGuard;
import io.dropguard.log.ExchangeLog;
import io.dropguard.log.ExchangeRecord;
import io.dropguard.monitor.ConnectionPhase;
import io.dropguard.monitor.ConnectionSnapshot;
import io.dropguard.testkit.RawClient;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.util.Fields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console tells and does, over real sockets. */
class ConsoleTest {
    // ---- where it is

    @Test
    void itIsServedBeforeTheApplicationAndNothingElseIs() throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            assertThat(console.get("/dropguard/"))
                    .contains("Content-Type: text/html;charset=utf-8", "<title>DropGuard</title>");
            assertThat(console.get("/x/../dropguard/console.css")).contains("text/css");
            assertThat(console.get("/dropguard"))
                    .startsWith("HTTP/1.1 301 ")
                    .contains("Location: /dropguard/\r\n");
            assertThat(console.get("/dropguard/nothing")).startsWith("HTTP/1.1 404 ");
            for (String other : List.of("/", "/dropguardian", "/dropguardian/", "/x/dropguard/"))
                assertThat(console.get(other)).endsWith("application");
            assertThat(console.guard.statistics().exchanges())
                    .as("of the application")
                    .isEqualTo(4);
        }
    }

    @Test
    void itIsOffUnlessItIsTurnedOn() throws Exception {
        try (ConsoleServer console = ConsoleServer.start(b -> b.set("console", "false"))) {
            assertThat(console.get("/dropguard/")).endsWith("application");
        }
        assertThat(DropGuard.builder().build().handler().getDescendant(Console.class)).isNull();
    }

    @Test
    void itCanBeElsewhere() throws Exception {
        try (ConsoleServer console =
                ConsoleServer.start(b -> b.set("console-path", "/admin/guard/"))) {
            assertThat(console.get("/admin/guard/connections")).contains("\"count\":1");
            assertThat(console.get("/dropguard/connections")).endsWith("application");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "console           | on     | console: on (expected: true or false)",
                "console-path      | /x     | console-path: /x (expected: a path such as"
                        + " /dropguard/)",
                "console-path      | /      | console-path: / (expected: a path such as"
                        + " /dropguard/)",
                "console-path      | /a/../ | console-path: /a/../ (expected: a path such as"
                        + " /dropguard/)",
                "console-token     | secret | console-token: 6 characters (expected: >= 16)",
                "console-token     | 0123456789 abcdef | console-token: other characters"
                        + " (expected: A-Z a-z 0-9 . _ ~ + / -)",
                "console-addresses | ,      | console-addresses: none (expected: loopback, any, or"
                        + " addresses)",
                "console-addresses | 10.0.0.0/99 | console-addresses: 10.0.0.0/99 (expected:"
                        + " loopback, any, or addresses such as 10.0.0.7 or 10.0.0.0/8)",
            })
    void aValueThatDoesNotFitIsRefused(String key, String value, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DropGuard.builder().set(key, value))
                .withMessage(message);
    }

    @Test
    void theTokenIsNotPrinted() {
        assertThat(ConsoleConfig.DEFAULT.withToken("0123456789abcdef").toString())
                .contains("token=set")
                .doesNotContain("0123456789abcdef");
    }

    @Test
    void theConsoleIsNeitherGuardedNorLoggedNorStuck() throws Exception {
        List<ExchangeRecord> records = new CopyOnWriteArrayList<>();
        try (ConsoleServer console = ConsoleServer.start(b -> b.log(ExchangeLog.to(records::add)));
                Socket page = watch(console, "")) {
            readUntil(page.getInputStream(), "event: update");

            assertThat(console.guard.statistics().exchanges()).isZero();
            assertThat(records).isEmpty();
            assertThat(console.guard.connections().snapshot())
                    .extracting(ConnectionSnapshot::phase)
                    .containsExactly(ConnectionPhase.IDLE);
        }
    }

    // ---- JSON

    @Test
    void connectionsAreToldAsJson() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = console.busy("/job/on?secret=1")) {
            String answer = console.get("/dropguard/connections");

            assertThat(answer).contains("Content-Type: application/json\r\n");
            assertThat(body(answer))
                    .startsWith("{\"at\":1")
                    .contains("\"count\":2,\"matching\":2,\"stuck\":0,\"phases\":{")
                    .contains("\"computing\":1", "\"handshaking\":0", "\"reading_headers\":0")
                    .contains("\"protocol\":\"HTTP/1.1\"", "\"remote\":\"127.0.0.1:")
                    .contains("\"phase\":\"computing\",\"in_phase_ms\":")
                    .contains("\"method\":\"GET\",\"path\":\"/job/on\",\"thread\":\"qtp")
                    .contains("\"streams\":1,\"stuck\":false}")
                    .contains(
                            "\"statistics\":{\"exchanges\":1,\"active\":1,\"lost\":0,\"losses\":{\"fin\":0,")
                    .doesNotContain("secret");
        }
    }

    @Test
    void pathParametersAreNotShownForTheyMayBeSessions() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = console.busy("/job/on;jsessionid=secret/x")) {
            assertThat(console.get("/dropguard/connections"))
                    .contains("\"path\":\"/job/on/x\"")
                    .doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "filter=JOB, 1, computing",
        "phase=computing, 1, computing",
        "'phase=computing,idle', 2, ''",
        "phase=lingering, 0, ''",
        "stuck=true, 0, ''",
        "filter=nowhere, 0, ''",
        "sort=-age&limit=1, 2, computing",
        "sort=phase&limit=1, 2, idle"
    })
    void whatIsAskedForIsTold(String query, int matching, String first) throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = console.busy("/job")) {
            String json = body(console.get("/dropguard/connections?" + query));

            assertThat(json).contains("\"count\":2,\"matching\":" + matching + ",");
            if (!first.isEmpty())
                assertThat(json.substring(json.indexOf("\"connections\":[")))
                        .matches("(?s)[^}]*\"phase\":\"" + first + "\".*");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=x",
                "sort=evil",
                "phase=evil",
                "stuck=maybe",
                "limit=10001"
            })
    void aQueryThatDoesNotFitIsRefused(String query) throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            assertThat(console.get("/dropguard/connections?" + query))
                    .startsWith("HTTP/1.1 400 ")
                    .contains("(expected: ");
            assertThat(console.get("/dropguard/connections?limit=%ZZ")).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void scriptsAreNeverWrittenAsSuch() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client =
                        console.busy(
                                "/job/%3Cscript%3Ealert(1)%3C/script%3E&'%22%E2%80%AE",
                                "Thread-Name: \"><script>alert(1)</script>")) {
            for (String target : List.of("connections", "connections/1", "events")) {
                try (Socket page = request(console, target, "Accept: */*")) {
                    String told = readUntil(page.getInputStream(), "\"stuck\":false");
                    assertThat(body(told))
                            .contains("\\u003Cscript\\u003Ealert(1)", "/job/%3Cscript%3E")
                            .doesNotContain("<", ">", "\u202e");
                }
            }
        }
    }

    @Test
    void textThatMovesATerminalsCursorIsMadeHarmless() {
        assertThat(SafeText.line("a\u001b[2J\u0085\u202eb\nc", 100)).isEqualTo("a?[2J??b?c");
        assertThat(SafeText.line("abcdef", 4)).isEqualTo("abc…");
        byte[] json =
                ConsoleJson.bytes(j -> j.writeStringProperty("t", "\u001b\u0085\u202e\ud800<"));
        assertThat(new String(json, StandardCharsets.UTF_8))
                .isEqualTo("{\"t\":\"\\u001B\\u0085\\u202e\\ud800\\u003C\"}");
    }

    // ---- one connection

    @Test
    void oneConnectionIsToldWithItsThreadsStack() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = console.busy("/job")) {
            long id = console.guard.connections().snapshot().get(0).id();

            assertThat(console.get("/dropguard/connections/" + id))
                    .contains("\"phase\":\"computing\"", "\"stack\":[\"", "CountDownLatch.await(");
            assertThat(console.get("/dropguard/connections/" + id, "Accept: text/plain"))
                    .contains("text/plain", "GET /job\n", "\nthread qtp", "    at ");
            assertThat(console.get("/dropguard/connections/999")).startsWith("HTTP/1.1 404 ");
            assertThat(console.get("/dropguard/connections/x")).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void aConnectionIsShutDownIfItIsStillWhatWasShown() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = console.busy("/job")) {
            String token = "X-DropGuard-Token: " + console.token();
            String one =
                    "/dropguard/connections/"
                            + number(console.get("/dropguard/connections?phase=computing"), "id");
            long epoch = number(console.get(one), "epoch");

            assertThat(console.delete(one, token)).startsWith("HTTP/1.1 400 ");
            assertThat(console.delete(one + "?epoch=" + (epoch + 16), token))
                    .startsWith("HTTP/1.1 409 ")
                    .endsWith("{\"ended\":0}");
            assertThat(console.delete(one + "?epoch=" + epoch, token))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("{\"ended\":1}");
            assertThat(client.readAll()).doesNotContain("application");
            console.release.countDown();
            await().untilAsserted(
                            () ->
                                    assertThat(console.delete(one + "?epoch=" + epoch, token))
                                            .startsWith("HTTP/1.1 404 "));
        }
    }

    @Test
    void allOfOneClientAreShutDown() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient one = console.busy("/job");
                RawClient other = console.busy("/job")) {
            String token = "X-DropGuard-Token: " + console.token();

            assertThat(console.delete("/dropguard/connections", token)).startsWith("HTTP/1.1 400 ");
            assertThat(console.delete("/dropguard/connections?remote=192.0.2.7", token))
                    .endsWith("{\"ended\":0}");
            try (Socket page = watch(console, "")) {
                readUntil(page.getInputStream(), "event: update");
                assertThat(console.delete("/dropguard/connections?remote=127.0.0.1", token))
                        .as("the page's own connections, from there too, are left alone")
                        .endsWith("{\"ended\":2}");
                readUntil(page.getInputStream(), "event: update");
            }
            assertThat(one.readAll()).doesNotContain("application");
            assertThat(other.readAll()).doesNotContain("application");
        }
    }

    @Test
    void otherMethodsAreRefused() throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            String token = "X-DropGuard-Token: " + console.token();
            assertThat(console.send("PUT", "/dropguard/connections", "Host: localhost", token))
                    .startsWith("HTTP/1.1 405 ")
                    .contains("Allow: GET, HEAD, DELETE");
            assertThat(console.delete("/dropguard/statistics", token))
                    .startsWith("HTTP/1.1 405 ")
                    .contains("Allow: GET, HEAD\r\n");
            assertThat(console.send("HEAD", "/dropguard/events", "Host: localhost"))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("\r\n\r\n");
        }
    }

    // ---- text

    @Test
    void connectionsAreReadableAsText() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = console.busy("/job")) {
            String text = body(console.get("/dropguard/connections", "Accept: text/plain"));

            assertThat(text)
                    .startsWith(
                            "2 connections: 1 idle, 1 computing; 0 stuck\n1 exchanges, 1 active;")
                    .contains("ID  PHASE", "REQUEST\n")
                    .containsPattern("\n +\\d+  computing +\\d+ ms .* GET /job\n");
            assertThat(
                            console.get(
                                    "/dropguard/connections",
                                    "Accept: text/plain;q=0.5, application/json"))
                    .contains("application/json");
            assertThat(body(console.get("/dropguard/connections?limit=1", "Accept: text/plain")))
                    .containsPattern("\n  and \\d+ more\n$");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "999, 999 ms",
        "1000, 1.0 s",
        "119999, 120.0 s",
        "120000, 2 min",
        "7199999, 119 min",
        "7200000, 2 h",
        "172800000, 2 d"
    })
    void timesHaveThreeDigitsOrSo(long millis, String text) {
        assertThat(ConnectionTable.time(java.time.Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "1048576, 1.0 MiB",
        "1099511627776, 1.0 TiB"
    })
    void sizesHaveThreeDigitsOrSo(long bytes, String text) {
        assertThat(ConnectionTable.bytes(bytes)).isEqualTo(text);
    }

    @Test
    void theWorstComesFirst() {
        ConnectionSnapshot fresh = snapshot(1, 1, false);
        ConnectionSnapshot old = snapshot(2, 60, false);
        ConnectionSnapshot stuck = snapshot(3, 10, true);

        assertThat(ConnectionQuery.of(Fields.EMPTY).view(List.of(fresh, old, stuck)).shown())
                .containsExactly(stuck, old, fresh);
    }

    private static ConnectionSnapshot snapshot(long id, long seconds, boolean stuck) {
        java.time.Duration time = java.time.Duration.ofSeconds(seconds);
        return new ConnectionSnapshot(
                id,
                1,
                "HTTP/1.1",
                null,
                null,
                ConnectionPhase.WRITING,
                time,
                time,
                0,
                0,
                1,
                null,
                null,
                null,
                0,
                stuck);
    }

    // ---- live

    private static Socket watch(ConsoleServer console, String query) throws Exception {
        return request(console, "events" + query, "Accept: text/event-stream");
    }

    private static Socket request(ConsoleServer console, String target, String header)
            throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), console.server.port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(
                        ("GET /dropguard/"
                                        + target
                                        + " HTTP/1.1\r\nHost: "
                                        + console.host()
                                        + "\r\n"
                                        + header
                                        + "\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void eventsTellAtOnceAndEverySecondWhatThereIs() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                Socket page = watch(console, "?filter=job")) {
            String first = readUntil(page.getInputStream(), "event: update");
            assertThat(first)
                    .contains("Content-Type: text/event-stream;charset=utf-8\r\n")
                    .contains(
                            "event: history\ndata: {\"interval_ms\":1000,\"length\":300,\"lost\":[");
            assertThat(readUntil(page.getInputStream(), "}\n\n")).contains("\"matching\":0");

            try (RawClient client = console.busy("/job")) {
                assertThat(readUntil(page.getInputStream(), "\"path\":\"/job\""))
                        .contains("\"matching\":1");
                assertThat(readUntil(page.getInputStream(), "\"sample\":{\"lost\":0,"))
                        .isNotEmpty();
                client.rst();
                assertThat(readUntil(page.getInputStream(), "\"sample\":{\"lost\":1,"))
                        .contains("\"lost\":1,\"losses\":{\"fin\":0,\"rst\":1,");
            }
        }
    }

    @Test
    void aPageThatIsClosedIsForgottenAndTooManyAreRefused() throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            List<Socket> pages = new CopyOnWriteArrayList<>();
            for (int i = 0; i < LiveFeed.MOST_VIEWERS; i++) {
                Socket page = watch(console, "");
                readUntil(page.getInputStream(), "event: update");
                pages.add(page);
            }
            assertThat(console.get("/dropguard/events"))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("too many watch already\n");
            for (Socket page : pages) page.close();
            await().untilAsserted(
                            () -> {
                                try (Socket page = watch(console, "")) {
                                    assertThat(readUntil(page.getInputStream(), "\r\n"))
                                            .startsWith("HTTP/1.1 200 ");
                                }
                            });
        }
    }

    @Test
    void aServerThatStopsEndsThePages() throws Exception {
        ConsoleServer console = ConsoleServer.start();
        try (Socket page = watch(console, "")) {
            readUntil(page.getInputStream(), "event: update");
            console.close();
            assertThat(page.getInputStream().readAllBytes()).isNotNull();
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("dropguard-console");
    }
}
