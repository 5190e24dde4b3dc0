package io.dropguard.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TopTest {
    private static final String TOKEN = "a-token-of-some-length";

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private static Quickstart start(String... options) throws Exception {
        String[] all = new String[options.length + 4];
        System.arraycopy(new String[] {"--port", "0", "--tls-port", "-1"}, 0, all, 0, 4);
        System.arraycopy(options, 0, all, 4, options.length);
        return Quickstart.start(new PrintStream(PrintStream.nullOutputStream()), all);
    }

    private static URI console(Quickstart server) {
        return URI.create("http://127.0.0.1:" + server.port() + "/dropguard/");
    }

    @Test
    void theTableOfTheConsoleIsPrinted() throws Exception {
        try (Quickstart server = start()) {
            assertThat(new Top(console(server), null).print(out)).isTrue();
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .startsWith("1 connection: 1 idle; 0 stuck\n")
                .contains("ID  PHASE");
    }

    @Test
    void aConsoleThatAsksForATokenGetsIt() throws Exception {
        try (Quickstart server = start("--console-token", TOKEN)) {
            assertThat(new Top(console(server), null).print(out)).isFalse();
            assertThat(new Top(console(server), TOKEN).print(out)).isTrue();
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("/dropguard/connections?limit=40: 401 the token is missing\n")
                .doesNotContain(TOKEN);
    }

    @Test
    void whyThereIsNoTableIsSaid() throws Exception {
        try (Quickstart server = start("--console", "false")) {
            assertThat(new Top(console(server), null).print(out)).isFalse();
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains(": 404 ");
    }
}
