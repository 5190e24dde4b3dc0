package io.dropguard.it.early;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.samples.quickstart.Quickstart;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are answered early, and never close, cost no more than the cap allows. */
@Timeout(120)
class LingeringCrowdIT {
    private static final int CAP = 1_000;
    private static final int CLIENTS = 5_000;

    /** 16 MiB: for what the JVM and the test themselves need meanwhile. */
    private static final long SLACK = 16L << 20;

    @TempDir Path directory;

    private record Usage(int descriptors, long memory) {}

    @Test
    void memoryAndDescriptorsAreBoundedByTheCapAndOthersAreServed() throws Exception {
        Path script = directory.resolve("crowd.py");
        try (InputStream in = LingeringCrowdIT.class.getResourceAsStream("/early/crowd.py")) {
            Files.copy(in, script);
        }
        try (Quickstart server =
                Quickstart.start(
                        new PrintStream(PrintStream.nullOutputStream()),
                        "--port",
                        "0",
                        "--tls-port",
                        "-1",
                        "--lingering-connections",
                        Integer.toString(CAP),
                        "--lingering-time",
                        "10m",
                        "--lingering-timeout",
                        "10m")) {
            hello(server);
            int before = usage().descriptors;
            Process crowd =
                    new ProcessBuilder(
                                    "python3",
                                    script.toString(),
                                    Integer.toString(server.port()),
                                    Integer.toString(CLIENTS))
                            .redirectErrorStream(true)
                            .start();
            try (BufferedReader output = crowd.inputReader()) {
                Usage atCap = null;
                for (int clients = 100; clients <= CLIENTS; clients += 100) {
                    assertThat(output.readLine()).isEqualTo(Integer.toString(clients));
                    hello(server);
                    if (clients == 2 * CAP) atCap = usage();
                }
                Usage atEnd = usage();
                assertThat(atCap).isNotNull();
                assertThat(atEnd.descriptors).isBetween(before + CAP / 2, before + CAP + 100);
                assertThat(atEnd.memory).isLessThan(atCap.memory + SLACK);
            } finally {
                crowd.destroyForcibly().waitFor();
            }
        }
    }

    private static Usage usage() {
        System.gc(); // so that what is counted is what is held
        long direct =
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        String[] descriptors = new File("/proc/self/fd").list();
        return new Usage(descriptors == null ? 0 : descriptors.length, heap + direct);
    }

    /** On a connection of its own, as everybody's first request is. */
    private static void hello(Quickstart server) throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.setSoTimeout(2_000);
            client.getOutputStream()
                    .write(
                            "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("hello\n");
        }
    }
}
