package io.dropguard.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dropguard.DropGuard;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class FileSinkTest {
    private static final LogServer.Work OK =
            (request, response, callback) -> {
                callback.succeeded();
                return true;
            };

    @TempDir private Path folder;

    private FileConfig config() {
        return FileConfig.of(folder.resolve("exchange.log"));
    }

    private static void serve(ExchangeSink sink, int requests) throws Exception {
        LogServer server = LogServer.notStarted(LogConfig.DEFAULT, OK);
        server.server.insertHandler(ExchangeLog.to(sink));
        try (server) {
            server.start();
            for (int i = 0; i < requests; i++) server.get("/" + i);
        }
    }

    /** All lines of all files, whichever they were rolled to. */
    private List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : files()) {
            if (file.toString().endsWith(".gz"))
                try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
                    new String(in.readAllBytes(), UTF_8).lines().forEach(lines::add);
                }
            else lines.addAll(Files.readAllLines(file));
        }
        return lines;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void allThatWasWrittenIsInTheFileWhenTheServerHasStopped() throws Exception {
        serve(ExchangeSink.file(config()), 20);
        assertThat(lines())
                .extracting(line -> RecordSchema.check(line).get("url.path").asString())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 20).mapToObj(i -> "/" + i).toList());
    }

    @Test
    void aServerThatStartsAgainGoesOnInTheFile() throws Exception {
        FileSink sink = ExchangeSink.file(config());
        serve(sink, 2);
        serve(sink, 2);
        assertThat(lines()).hasSize(4);
    }

    @Test
    void fullFilesAreRolledCompressedAndTheOldestDeleted() throws Exception {
        for (int i = 0; i < 5; i++)
            serve(ExchangeSink.file(config().withMaxSize(1).withKeep(2)), 1);
        String day = Instant.now().atZone(config().clock().getZone()).toLocalDate().toString();
        assertThat(files())
                .extracting(file -> String.valueOf(file.getFileName()))
                .containsExactly(
                        "exchange-" + day + ".3.log.gz",
                        "exchange-" + day + ".4.log.gz",
                        "exchange.log");
        assertThat(lines()).hasSize(3).allSatisfy(RecordSchema::check);
    }

    @Test
    void aFileIsRolledAtMidnight() throws Exception {
        Instant evening = Instant.now().plus(Duration.ofDays(3));
        Clock tomorrow = Clock.fixed(evening, ZoneOffset.UTC);
        serve(ExchangeSink.file(config()), 1);
        serve(ExchangeSink.file(config().withClock(tomorrow).withCompress(false)), 1);
        assertThat(files()).hasSize(2);
        assertThat(lines()).hasSize(2);
    }

    @Test
    void halfALineThatAKilledProcessLeftIsEnded() throws Exception {
        Files.writeString(folder.resolve("exchange.log"), "{\"half\":");
        serve(ExchangeSink.file(config()), 1);
        List<String> lines = lines();
        assertThat(lines).hasSize(2).first().isEqualTo("{\"half\":");
        RecordSchema.check(lines.get(1));
    }

    @Test
    void whenTheQueueIsFullExchangesWaitAndNoRecordIsLost() throws Exception {
        FileSink sink = ExchangeSink.file(config().withQueue(1));
        serve(sink, 50);
        assertThat(sink.dropped()).isZero();
        assertThat(lines()).hasSize(50);
    }

    @Test
    void whenTheQueueIsFullRecordsAreDroppedCountedAndTheirNumberToldInTheFile() throws Exception {
        FileSink sink =
                ExchangeSink.file(config().withQueue(1).withOverflow(Overflow.DROP_AND_COUNT));
        LogServer server = LogServer.notStarted(LogConfig.DEFAULT, OK);
        int burst = 200;
        ExchangeSink repeated =
                record -> {
                    for (int i = 0; i < burst; i++) sink.write(record);
                };
        server.server.insertHandler(ExchangeLog.to(repeated));
        try (server) {
            server.start();
            server.get("/");
        }
        sink.close();
        long told = 0;
        int written = 0;
        for (String line : lines()) {
            JsonNode record = RecordSchema.check(line);
            if (record.has("dropguard.log.dropped"))
                told += record.get("dropguard.log.dropped").asLong();
            else written++;
        }
        assertThat(sink.dropped()).isPositive().isEqualTo(told);
        assertThat(written + told).isEqualTo(burst);
    }

    @Test
    void aFileThatCannotBeWrittenLosesRecordsAndCountsThem() throws Exception {
        Path notAFolder = Files.writeString(folder.resolve("file"), "");
        FileSink sink = ExchangeSink.file(FileConfig.of(notAFolder.resolve("exchange.log")));
        serve(sink, 3);
        assertThat(sink.dropped()).isEqualTo(3);
    }

    @Test
    void afterKillDashNineEveryLineButTheLastIsWhole() throws Exception {
        Path log = folder.resolve("exchange.log");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                KilledServer.class.getName(),
                                log.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (!Files.exists(log) || Files.size(log) < 500_000) {
                assertThat(process.isAlive()).as(() -> read(folder.resolve("out"))).isTrue();
                assertThat(System.nanoTime())
                        .as(() -> read(folder.resolve("out")))
                        .isLessThan(deadline);
                LockSupport.parkNanos(1_000_000);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        List<String> lines = Files.readAllLines(log);
        Set<String> ids = new HashSet<>();
        for (String line : lines.subList(0, lines.size() - 1))
            assertThat(ids.add(RecordSchema.check(line).get("dropguard.id").asString())).isTrue();
        assertThat(ids).hasSizeGreaterThan(100);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Writes as fast as it can until it is killed. */
    static final class KilledServer {
        public static void main(String[] arguments) throws Exception {
            ExchangeSink sink = ExchangeSink.file(FileConfig.of(Path.of(arguments[0])));
            LogServer server = LogServer.notStarted(LogConfig.DEFAULT, OK);
            server.server.insertHandler(ExchangeLog.to(sink));
            server.start();
            String request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
            byte[] many = request.repeat(100).getBytes(UTF_8);
            try (Socket socket = server.connect()) {
                Thread reader =
                        new Thread(
                                () -> {
                                    try {
                                        socket.getInputStream()
                                                .transferTo(OutputStream.nullOutputStream());
                                    } catch (IOException closed) {
                                        throw new UncheckedIOException(closed);
                                    }
                                });
                reader.setDaemon(true);
                reader.start();
                while (true) socket.getOutputStream().write(many);
            }
        }
    }

    @Test
    void theOptionsMakeALog() throws Exception {
        DropGuard.Builder builder =
                DropGuard.builder()
                        .set("log", "file")
                        .set("log-file", folder.resolve("exchange.log").toString())
                        .set("log-format", "ecs")
                        .set("log-bodies", "json, form")
                        .set("log-body-limit", "1KiB")
                        .set("log-decompress", "true")
                        .set("log-headers", "x-a,x-b")
                        .set("log-redact", "nick")
                        .set("log-redact-paths", "$.a.b")
                        .set("log-sample", "0.5")
                        .set("log-started", "true")
                        .set("log-file-size", "1MiB")
                        .set("log-file-keep", "3")
                        .set("log-file-compress", "false")
                        .set("log-queue", "64KiB")
                        .set("log-overflow", "drop-and-count");
        builder.build();
        assertThatThrownBy(() -> builder.set("log-sample", "2"))
                .hasMessage("log-sample: 2.0 (expected: 0..1)");
        assertThatThrownBy(() -> builder.set("log-bodies", "xml"))
                .hasMessage("log-bodies: xml (expected: json, form, text)");
        assertThatThrownBy(() -> builder.set("log-file-keep", "0"))
                .hasMessage("log-file-keep: 0 (expected: >= 1)");
        assertThatThrownBy(() -> builder.set("log", "paper"))
                .hasMessage("log: paper (expected: off, stdout, slf4j, slf4j-key-values, file)");
    }
}
