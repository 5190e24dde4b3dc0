package io.dropguard.it.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dropguard.samples.quickstart.Quickstart;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The console in Chromium, with a quickstart server that has clients of every kind. */
@Timeout(180)
class ConsoleIT {
    private static final Duration LIMIT = Duration.ofMillis(500);
    private static final Duration SHOWN_WITHIN = Duration.ofSeconds(2);

    /** For how long clients come and go before the page is shown. */
    private static final Duration TRAFFIC =
            Duration.ofSeconds(Integer.getInteger("traffic.seconds", 3));

    private static final String SCRIPT = "<script>document.title='taken'</script>";
    private static final String ROWS = "document.querySelectorAll('#rows tr').length";
    private static final String STUCK = "document.querySelectorAll('#rows tr.stuck').length";

    @TempDir Path directory;
    private Quickstart server;
    private Chromium browser;
    private final List<Socket> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        server =
                Quickstart.start(
                        new PrintStream(PrintStream.nullOutputStream()),
                        "--port",
                        "0",
                        "--tls-port",
                        "-1",
                        "--stuck-reading-headers",
                        LIMIT.toMillis() + "ms");
        browser = Chromium.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        browser.close();
        for (Socket client : clients) client.close();
        server.close();
    }

    private Socket client(String bytes) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
        client.setSoTimeout(20_000);
        client.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        clients.add(client);
        return client;
    }

    private static String request(String target) {
        return "GET "
                + target
                + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: "
                + SCRIPT
                + "\r\nReferer: \">"
                + SCRIPT
                + "\r\n\r\n";
    }

    private void traffic() throws IOException {
        for (int i = 1; i <= 4; i++) client(request("/compute?mode=block&ms=120000&" + SCRIPT));
        client(request("/events?ms=120000"));
        long end = System.nanoTime() + TRAFFIC.toNanos();
        for (int i = 0; System.nanoTime() < end; i++) {
            Socket leaves = client(request("/compute?mode=cpu&ms=" + (300 + i % 7 * 100)));
            LockSupport.parkNanos(Duration.ofMillis(50 + i % 9 * 40).toNanos()); // as people do
            leaves.setSoLinger(i % 3 == 0, 0);
            leaves.close();
        }
    }

    private void awaitPage(String condition) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> browser.value(condition).equals("true"));
    }

    @Test
    void whatIsStuckIsShownWithinTwoSecondsAndEndedByAClick() throws Exception {
        traffic();
        URI page = URI.create("http://127.0.0.1:" + server.port() + "/dropguard/");
        browser.look(1280, 900, "light");
        browser.open(page);
        awaitPage(ROWS + " >= 5 && document.getElementById('state').textContent === 'live'");

        long begun = System.nanoTime();
        Socket slow = client("GET /%3Cscript%3E HTTP/1.1\r\nHost: localhost\r\nX-Evil: " + SCRIPT);
        awaitPage(STUCK + " === 1");
        Duration shown = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(shown).isLessThan(LIMIT.plus(SHOWN_WITHIN));
        Path picture = browser.screenshot(Path.of("target", "console.png"));
        assertThat(Files.size(picture)).isBetween(10_000L, 300_000L);

        browser.click("#rows tr.stuck .end");
        slow.getInputStream().readAllBytes(); // ends
        awaitPage(STUCK + " === 0");
        awaitPage("document.getElementById('notice').textContent.endsWith('is shut down')");

        detailsOfOne();
        keys();
        phone();
        assertThat(browser.value("document.title")).isEqualTo("DropGuard");
        assertThat(browser.value("document.querySelectorAll('script').length")).isEqualTo("1");
        assertThat(browser.problems()).isEmpty();
        assertThat(browser.requested())
                .isNotEmpty()
                .allSatisfy(
                        asked -> assertThat(asked.getAuthority()).isEqualTo(page.getAuthority()));
    }

    private void detailsOfOne() {
        // which of those that came together is listed first is their threads' affair
        String id =
                browser.value(
                        "[...document.querySelectorAll('#rows tr[data-phase=computing]')]"
                                + ".find(row => row.innerText.includes('/compute')).dataset.id");
        browser.click("#rows tr[data-id=\"" + id + "\"] .open");
        awaitPage("document.getElementById('detail-stack').textContent.includes('ComputeServlet')");
        assertThat(browser.value("document.getElementById('detail').open")).isEqualTo("true");
        browser.press("Escape");
        awaitPage("document.getElementById('detail').open === false");
    }

    /** Everything can be done without a mouse. */
    private void keys() {
        browser.press("/");
        assertThat(browser.value("document.activeElement.id")).isEqualTo("filter");
        for (char c : "events".toCharArray()) browser.press(String.valueOf(c));
        awaitPage(ROWS + " === 1");
        for (int i = 0; i < 40; i++) {
            browser.press("Tab");
            if (browser.value("document.activeElement.className").contains("end")) break;
        }
        String id = browser.value("document.querySelector('#rows tr').dataset.id");
        browser.press("Enter");
        awaitPage(
                "document.getElementById('notice').textContent === 'Connection "
                        + id
                        + " is shut down'");
        browser.value("document.getElementById('filter').value = ''");
        browser.value("document.getElementById('filter').dispatchEvent(new Event('input'))");
        awaitPage(ROWS + " >= 4");
    }

    /** As wide as a phone, and in the dark. */
    private void phone() throws IOException {
        browser.look(390, 844, "dark");
        awaitPage("document.documentElement.scrollWidth <= 390");
        awaitPage("getComputedStyle(document.body).backgroundColor !== 'rgb(244, 246, 248)'");
        browser.screenshot(Path.of("target", "console-phone.png"));
    }
}
