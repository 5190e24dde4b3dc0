package io.dropguard.it.ending;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ab} and {@code wrk} notice nothing while the server is replaced. */
class RollingRestartIT {
    private static final Path SCRIPT =
            Path.of(System.getProperty("rolling.restart")).toAbsolutePath();

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"inherit", "caddy"})
    void noRequestIsLostWhenTheServerIsReplaced(String how) throws Exception {
        String output = run(how, "bash", SCRIPT.toString(), how, replacements());
        assertThat(output).contains(how + ": replaced " + replacements() + " times, no request");
    }

    @Test
    void noRequestIsLostWhenServersShareThePortAndTheKernelMigrates() throws Exception {
        String migrating =
                "ip link set lo up; echo 1 >/proc/sys/net/ipv4/tcp_migrate_req; exec bash \"$@\"";
        assertThat(
                        run(
                                "share",
                                "unshare",
                                "-rn",
                                "bash",
                                "-ec",
                                migrating,
                                "-",
                                SCRIPT.toString(),
                                "share",
                                replacements()))
                .contains("share: replaced " + replacements() + " times, no request lost");
    }

    private static String replacements() {
        return System.getProperty("ending.replacements");
    }

    private String run(String how, String... command) throws Exception {
        Path output = directory.resolve(how);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("PORT", Integer.toString(freePort()));
        builder.environment().put("UPSTREAM", Integer.toString(freePort()));
        builder.environment().put("PAUSE", System.getProperty("ending.pause"));
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(Duration.ofMinutes(5).toSeconds(), TimeUnit.SECONDS);
            String text = Files.readString(output);
            System.out.print(text);
            assertThat(ended).as(text).isTrue();
            assertThat(process.exitValue()).as(text).isZero();
            return text;
        } finally {
            process.destroy(); // it ends those that it has started
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
