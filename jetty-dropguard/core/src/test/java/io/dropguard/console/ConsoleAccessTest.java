package io.dropguard.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.testkit.RawClient;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody sees or ends anything who should not, each rule over a real socket. */
class ConsoleAccessTest {
    private static final String TOKEN = "0123456789abcdef.~-_";

    // ---- Host: what another site has pointed at us by DNS

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.0.0.1@evil.example",
                "localhost@evil.example",
                "1.2.3.4.5",
                "a127.0.0.1"
            })
    void aForeignHostGetsNothing(String host) throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            for (String path : new String[] {"", "console.js", "connections", "token", "events"})
                assertThat(console.getFor(host, "/dropguard/" + path))
                        .matches("(?s)HTTP/1.1 4(21|00) .*")
                        .doesNotContain("\"count\"", "<title>DropGuard");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:1",
                "127.0.0.1",
                "127.0.0.1:80",
                "[::1]",
                "[::1]:80"
            })
    void anAddressOrLocalhostCannotHaveBeenPointedAtUs(String host) throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            assertThat(console.getFor(host, "/dropguard/connections")).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aForeignHostInAnAbsoluteTargetGetsNothing() throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            assertThat(console.getFor("evil.example", "http://evil.example/dropguard/connections"))
                    .startsWith("HTTP/1.1 421 ");
        }
    }

    @Test
    void aRequestWithoutAHostGetsNothing() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = RawClient.connect(console.server.port())) {
            client.send("GET /dropguard/connections HTTP/1.0\r\n\r\n");
            assertThat(client.readAll()).contains(" 421 ").doesNotContain("\"count\"");
        }
    }

    @Test
    void aHostThatIsConfiguredIsOurs() throws Exception {
        try (ConsoleServer console =
                ConsoleServer.start(b -> b.set("console-hosts", "Ops.example, other.example"))) {
            assertThat(console.getFor("ops.EXAMPLE:8080", "/dropguard/connections"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(console.getFor("evil.example", "/dropguard/connections"))
                    .startsWith("HTTP/1.1 421 ");
        }
    }

    // ---- addresses

    private static Optional<InetAddress> otherAddress() throws Exception {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .findFirst();
    }

    private static void everywhere(ServerConnector connector) {
        connector.setHost("0.0.0.0");
    }

    /** The sender's address, too, is the one that it connects to. */
    private static String from(InetAddress address, ConsoleServer console) throws Exception {
        return console.sendFrom(
                address, "GET", "/dropguard/connections", "Host: " + console.host());
    }

    @Test
    void whoIsNotOnThisMachineGetsNothing() throws Exception {
        InetAddress other = otherAddress().orElseThrow();
        try (ConsoleServer console = ConsoleServer.start(b -> b, ConsoleAccessTest::everywhere)) {
            assertThat(from(other, console)).startsWith("HTTP/1.1 403 ");
            assertThat(from(InetAddress.getLoopbackAddress(), console)).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "any, 200, 200",
        "OTHER, 200, 403",
        "'loopback,OTHER', 200, 200",
        "192.0.2.0/24, 403, 403"
    })
    void addressesCanBeNamed(String addresses, int other, int loopback) throws Exception {
        InetAddress address = otherAddress().orElseThrow();
        String named = addresses.replace("OTHER", address.getHostAddress());
        try (ConsoleServer console =
                ConsoleServer.start(
                        b -> b.set("console-addresses", named), ConsoleAccessTest::everywhere)) {
            assertThat(from(address, console)).startsWith("HTTP/1.1 " + other);
            assertThat(from(InetAddress.getLoopbackAddress(), console))
                    .startsWith("HTTP/1.1 " + loopback);
        }
    }

    private static void believingProxies(ServerConnector connector) {
        connector
                .getConnectionFactory(HttpConnectionFactory.class)
                .getHttpConfiguration()
                .addCustomizer(new ForwardedRequestCustomizer());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: 127.0.0.1",
                "X-Forwarded-For: 192.0.2.7",
                "X-Forwarded-Host: localhost",
                "Forwarded: for=127.0.0.1;host=localhost",
                "X-Real-IP: 192.0.2.7",
                "Via: 1.1 proxy"
            })
    void whatAProxyHasSentOnGetsNothing(String header) throws Exception {
        try (ConsoleServer plain = ConsoleServer.start();
                ConsoleServer believing =
                        ConsoleServer.start(b -> b, ConsoleAccessTest::believingProxies)) {
            assertThat(plain.get("/dropguard/connections", header)).startsWith("HTTP/1.1 403 ");
            assertThat(believing.get("/dropguard/connections", header)).startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void throughAProxyTheTokenIsAskedFor() throws Exception {
        try (ConsoleServer console = ConsoleServer.start(b -> b.set("console-token", TOKEN))) {
            String through = "X-Forwarded-For: 127.0.0.1";
            assertThat(console.get("/dropguard/connections", through)).startsWith("HTTP/1.1 401 ");
            assertThat(
                            console.get(
                                    "/dropguard/connections",
                                    through,
                                    "Authorization: Bearer " + TOKEN))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void whoBelievesProxiesAboutTheHostStillAsksForTheToken() throws Exception {
        try (ConsoleServer console =
                ConsoleServer.start(
                        b -> b.set("console-token", TOKEN), ConsoleAccessTest::believingProxies)) {
            assertThat(
                            console.getFor(
                                    "evil.example",
                                    "/dropguard/connections",
                                    "X-Forwarded-Host: localhost"))
                    .startsWith("HTTP/1.1 401 ");
        }
    }

    // ---- the token of who may see it

    @Test
    void withoutTheTokenOnlyTheEmptyPageIsShown() throws Exception {
        try (ConsoleServer console = ConsoleServer.start(b -> b.set("console-token", TOKEN))) {
            for (String path :
                    new String[] {"connections", "connections/1", "statistics", "token", "events"})
                assertThat(console.get("/dropguard/" + path))
                        .startsWith("HTTP/1.1 401 ")
                        .contains("WWW-Authenticate: Bearer");
            assertThat(console.get("/dropguard/")).startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Bearer " + TOKEN + "x",
                "Authorization: Bearer 0123456789abcdef",
                "Authorization: Bearer",
                "Authorization: Basic " + TOKEN,
                "Authorization: " + TOKEN,
                "X-DropGuard-Token: " + TOKEN,
                "Cookie: token=" + TOKEN
            })
    void anotherTokenIsNone(String header) throws Exception {
        try (ConsoleServer console = ConsoleServer.start(b -> b.set("console-token", TOKEN))) {
            assertThat(console.get("/dropguard/connections", header)).startsWith("HTTP/1.1 401 ");
            assertThat(console.get("/dropguard/connections?token=" + TOKEN))
                    .startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    void theTokenAloneEndsNothing() throws Exception {
        String bearer = "Authorization: Bearer " + TOKEN;
        try (ConsoleServer console = ConsoleServer.start(b -> b.set("console-token", TOKEN));
                RawClient client = console.busy("/job")) {
            assertThat(console.delete("/dropguard/connections?stuck=true", bearer))
                    .startsWith("HTTP/1.1 403 ");
            String token = "X-DropGuard-Token: " + console.token(bearer);
            assertThat(console.delete("/dropguard/connections?stuck=true", token))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(console.delete("/dropguard/connections?stuck=true", token, bearer))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    // ---- pages of others in the browser of who may

    @Test
    void nothingIsEndedWithoutThePagesToken() throws Exception {
        try (ConsoleServer console = ConsoleServer.start();
                RawClient client = console.busy("/job")) {
            String target = "/dropguard/connections?remote=127.0.0.1";
            assertThat(console.delete(target)).startsWith("HTTP/1.1 403 ");
            assertThat(console.delete(target, "X-DropGuard-Token: guess"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(console.send("POST", target, "Host: " + console.host()))
                    .startsWith("HTTP/1.1 403 ");
            console.release.countDown();
            assertThat(client.body()).isEqualTo("application");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: http://localhost:1",
                "Origin: https://127.0.0.1",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site"
            })
    void anotherOriginReadsAndEndsNothingEvenWithTheToken(String header) throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            String token = "X-DropGuard-Token: " + console.token();
            assertThat(console.get("/dropguard/token", header)).startsWith("HTTP/1.1 403 ");
            assertThat(console.get("/dropguard/connections", header)).startsWith("HTTP/1.1 403 ");
            assertThat(console.delete("/dropguard/connections?stuck=true", token, header))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void ourOwnPageReadsAndEnds() throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            String origin = "Origin: http://" + console.host();
            String site = "Sec-Fetch-Site: same-origin";
            String token = "X-DropGuard-Token: " + console.token();
            assertThat(console.get("/dropguard/connections", site)).startsWith("HTTP/1.1 200 ");
            assertThat(console.delete("/dropguard/connections?stuck=true", token, origin, site))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("{\"ended\":0}");
        }
    }

    @Test
    void noOriginIsPermittedToAsk() throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            assertThat(
                            console.send(
                                    "OPTIONS",
                                    "/dropguard/connections",
                                    "Host: " + console.host(),
                                    "Origin: http://evil.example",
                                    "Access-Control-Request-Method: DELETE",
                                    "Access-Control-Request-Headers: x-dropguard-token"))
                    .startsWith("HTTP/1.1 403 ")
                    .doesNotContain("Access-Control-Allow");
        }
    }

    @Test
    void eachStartHasATokenOfItsOwn() throws Exception {
        try (ConsoleServer one = ConsoleServer.start();
                ConsoleServer other = ConsoleServer.start()) {
            assertThat(one.token()).hasSize(32).isNotEqualTo(other.token());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "console.js", "connections", "nothing"})
    void everyAnswerKeepsThePageToItself(String path) throws Exception {
        try (ConsoleServer console = ConsoleServer.start()) {
            assertThat(console.get("/dropguard/" + path))
                    .contains("Content-Security-Policy: default-src 'none';")
                    .contains("frame-ancestors 'none'")
                    .contains("X-Content-Type-Options: nosniff")
                    .contains("X-Frame-Options: DENY")
                    .contains("Referrer-Policy: no-referrer")
                    .contains("Cross-Origin-Resource-Policy: same-origin")
                    .contains("Cache-Control: no-store")
                    .doesNotContain("unsafe-", "Access-Control-");
        }
    }
}
