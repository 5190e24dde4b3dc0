package io.dropguard.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs until it is closed. Thread-safe. */
public final class RunningProcess implements AutoCloseable {
    /** 30 s: the longest that a program may take to start on a busy machine. */
    static final Duration STARTED_WITHIN = Duration.ofSeconds(30);

    private final Process process;
    private final Path output;

    private RunningProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static RunningProcess start(Path directory, String... command) {
        try {
            Path output = Files.createTempFile(directory, "output", ".txt");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .redirectInput(
                                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.environment().put("HOME", directory.toString()); // Caddy keeps files there
            return new RunningProcess(builder.start(), output);
        } catch (IOException notInstalled) {
            throw new UncheckedIOException(
                    List.of(command) + " (expected: installed, see src-it/run.sh)", notInstalled);
        }
    }

    /** Waits until it accepts connections. */
    public RunningProcess listeningOn(int port) {
        await().alias(process.info() + " listens on " + port)
                .atMost(STARTED_WITHIN)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> accepts(port));
        return this;
    }

    private boolean accepts(int port) {
        if (!process.isAlive()) throw new IllegalStateException("It ended: " + output());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** What it has printed so far. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it has ended by itself. */
    int exitValue() throws InterruptedException {
        if (!process.waitFor(STARTED_WITHIN.toSeconds(), TimeUnit.SECONDS))
            throw new IllegalStateException("It runs on: " + output());
        return process.exitValue();
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
    }

    /** A port that nobody listens on, for programs that cannot pick one themselves. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
    }
}
