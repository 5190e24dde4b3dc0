package io.dropguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A fresh {@code $JETTY_BASE} with DropGuard's modules and the sample's WAR, as a user makes one.
 * Confined to one thread.
 */
final class JettyBase {
    private static final String JAVA = tool("java");
    private static final String START = file("jetty.home").resolve("start.jar").toString();

    private final Path directory;

    private JettyBase(Path directory) {
        this.directory = directory;
    }

    static JettyBase create(Path directory, String... modules) throws Exception {
        return new JettyBase(directory).filled("--add-modules=" + String.join(",", modules));
    }

    /** As {@link #create}, where JNA has been downloaded before. */
    static JettyBase createWithJna(Path directory, String modules) throws Exception {
        Path jar =
                Path.of(Native.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path lib = Files.createDirectories(directory.resolve("lib"));
        Files.copy(jar, lib.resolve("jna-jpms-test.jar"));
        Path ini = Files.createDirectories(directory.resolve("start.d")).resolve("test.ini");
        Files.writeString(ini, "jna.version=test\n");
        return new JettyBase(directory)
                .filled("--approve-all-licenses", "--add-modules=" + modules);
    }

    private JettyBase filled(String... arguments) throws Exception {
        run(tool("jar"), "xf", file("dropguard-home.zip").toString());
        List<String> start = new ArrayList<>(List.of(JAVA, "-jar", START));
        start.addAll(Arrays.asList(arguments));
        run(start.toArray(String[]::new));
        Files.copy(file("webapp.war"), directory.resolve("webapps/webapp.war"));
        return this;
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private static Path file(String property) {
        return Path.of(System.getProperty(property)).toAbsolutePath();
    }

    private void run(String... command) throws InterruptedException {
        RunningProcess process = RunningProcess.start(directory, command);
        assertThat(process.exitValue()).as(process.output()).isZero();
    }

    /** Sets a property as people do, in the ini file where a module has explained it. */
    JettyBase with(String property, String value) throws IOException {
        Pattern commented = Pattern.compile("(?m)^# " + Pattern.quote(property) + "=.*$");
        for (String module : List.of("dropguard", "dropguard-log", "dropguard-console")) {
            Path ini = directory.resolve("start.d").resolve(module + ".ini");
            if (!Files.exists(ini)) continue;
            Matcher line = commented.matcher(Files.readString(ini));
            if (!line.find()) continue;
            Files.writeString(ini, line.replaceFirst(property + "=" + value));
            return this;
        }
        throw new IllegalArgumentException(property + ": explained nowhere (expected: an option)");
    }

    /** Gives the WAR a copy of all that the server has of DropGuard. */
    JettyBase withOwnCopy() throws Exception {
        Path copy = Files.createDirectories(directory.resolve("copy/WEB-INF/lib"));
        try (Stream<Path> jars = Files.list(directory.resolve("lib/dropguard"))) {
            for (Path jar : jars.filter(each -> each.toString().endsWith(".jar")).toList())
                Files.copy(jar, copy.resolve(jar.getFileName()));
        }
        run(tool("jar"), "uf", "webapps/webapp.war", "-C", "copy", "WEB-INF/lib");
        return this;
    }

    /** Starts Jetty, without waiting for it. */
    RunningProcess start(String... properties) {
        List<String> command = new ArrayList<>(List.of(JAVA, "-jar", START));
        command.addAll(Arrays.asList(properties));
        return RunningProcess.start(directory, command.toArray(String[]::new));
    }

    /** Starts Jetty with connectors for clear text and TLS, and waits until it listens. */
    Running serve() {
        int clearText = RunningProcess.freePort();
        int tls = RunningProcess.freePort();
        RunningProcess process = start("jetty.http.port=" + clearText, "jetty.ssl.port=" + tls);
        process.listeningOn(tls).listeningOn(clearText);
        return new Running(
                process,
                URI.create("http://localhost:" + clearText),
                URI.create("https://localhost:" + tls)); // by name: Jetty checks the SNI
    }

    /** What the exchange log holds so far. */
    List<JsonNode> log() {
        Path log = directory.resolve("logs/exchange.log");
        if (!Files.exists(log)) return List.of();
        try (Stream<String> lines = Files.lines(log)) {
            return lines.map(line -> JsonMapper.shared().readTree(line)).toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    record Running(RunningProcess process, URI clearText, URI tls) implements AutoCloseable {
        @Override
        public void close() throws InterruptedException {
            process.close();
        }
    }
}
