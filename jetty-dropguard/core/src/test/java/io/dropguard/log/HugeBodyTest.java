package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Bodies larger than memory; {@code -Ddropguard.log.body-mib=1024} for the full run. */
class HugeBodyTest {
    private static final int MIB = Integer.getInteger("dropguard.log.body-mib", 192);

    @Test
    void bodiesLargerThanTheHeapPassThroughALogThatCapturesThem(@TempDir Path folder)
            throws Exception {
        Path out = folder.resolve("out");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx128m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SmallServer.class.getName(),
                                Integer.toString(MIB))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectOutput(out.toFile())
                        .start();
        try {
            assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(out);
        assertThat(process.exitValue()).as(lines::toString).isZero();
        long bytes = MIB * 1024L * 1024L;
        JsonNode upload = RecordSchema.check(lines.get(0));
        assertThat(upload.get("http.request.body.size").asLong()).isEqualTo(bytes);
        assertThat(upload.get("dropguard.bytes.read").asLong()).isEqualTo(bytes);
        assertThat(upload.get("dropguard.request.body").asString()).hasSize(32 * 1024);
        assertThat(upload.get("dropguard.request.body_truncated").asBoolean()).isTrue();
        JsonNode download = RecordSchema.check(lines.get(1));
        assertThat(download.get("http.response.body.size").asLong()).isEqualTo(bytes);
        assertThat(download.get("dropguard.bytes.written").asLong()).isEqualTo(bytes);
        assertThat(download.get("dropguard.response.body").asString()).hasSize(32 * 1024);
        long afterWarmUp = Long.parseLong(lines.get(2));
        long atTheEnd = Long.parseLong(lines.get(3));
        assertThat(atTheEnd).isLessThan(afterWarmUp + 8 * 1024 * 1024);
    }

    /** Takes one upload and gives one download, and says how much memory it used. */
    static final class SmallServer {
        private static final byte[] MEBIBYTE =
                "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);

        public static void main(String[] arguments) throws Exception {
            int size = Integer.parseInt(arguments[0]);
            LogConfig config = LogConfig.DEFAULT.withBodies(BodyConfig.all());
            try (LogServer server = LogServer.guarded(config, SmallServer::serve)) {
                transfer(server, 1);
                server.records.next();
                server.records.next();
                long before = used();
                transfer(server, size);
                System.out.println(server.records.nextLine());
                System.out.println(server.records.nextLine());
                System.out.println(before);
                System.out.println(used());
            }
            System.exit(0);
        }

        private static boolean serve(Request request, Response response, Callback callback)
                throws IOException {
            try (InputStream in = Content.Source.asInputStream(request)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            int size = Integer.parseInt(request.getHttpURI().getPath().substring(1));
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
            try (OutputStream out = Content.Sink.asOutputStream(response)) {
                for (int i = 0; i < size; i++) out.write(MEBIBYTE);
            }
            callback.succeeded();
            return true;
        }

        private static void transfer(LogServer server, int size) throws IOException {
            exchange(server, 0, size);
            exchange(server, size, 0);
        }

        private static void exchange(LogServer server, int down, int up) throws IOException {
            try (Socket socket = server.connect()) {
                OutputStream out = socket.getOutputStream();
                String head =
                        "POST /"
                                + down
                                + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                                + "Content-Type: text/plain\r\nContent-Length: "
                                + up * 1024L * 1024L
                                + "\r\n\r\n";
                out.write(head.getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < up; i++) out.write(MEBIBYTE);
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        }

        private static long used() {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            return runtime.totalMemory() - runtime.freeMemory();
        }
    }
}
