package io.dropguard.it.vanished;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Another machine, near enough: a network namespace with a link of its own to this one, which can
 * be cut. Thread-safe.
 */
public final class Namespace implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name;
    private final String ours;
    private final List<Process> started = new ArrayList<>(); // guarded by this

    /**
     * @throws IllegalStateException if this user may not make any
     */
    public Namespace() {
        int number = COUNT.getAndIncrement();
        // of the process too: others may run beside it, and a killed one leaves its own behind
        long process = ProcessHandle.current().pid();
        name = "dg" + process % 1_000_000 + "n" + number;
        // 198.18.0.0/15 is for tests of network devices: RFC 2544
        String net = "198.18." + process % 250 + ".";
        ours = net + (4 * number + 1);
        String theirs = net + (4 * number + 2);
        run("ip", "netns", "add", name);
        run("ip", "link", "add", name + "a", "type", "veth", "peer", "name", "eth", "netns", name);
        run("ip", "address", "add", ours + "/30", "dev", name + "a");
        run("ip", "link", "set", name + "a", "up");
        inside("ip", "address", "add", theirs + "/30", "dev", "eth");
        inside("ip", "link", "set", "eth", "up");
        inside("ip", "link", "set", "lo", "up");
    }

    /** This machine's address, as seen from there. */
    public String host() {
        return ours;
    }

    /** From now on packets are dropped in both directions, and nobody is told. */
    void cut() {
        inside(
                "nft",
                """
                add table inet cut
                add chain inet cut in { type filter hook input priority 0; policy drop; }
                add chain inet cut out { type filter hook output priority 0; policy drop; }
                """);
    }

    /** From now on one packet of a hundred is dropped, in each direction. */
    public void loseOneOfAHundred() {
        inside("nft", "add table inet loss");
        for (String way : List.of("input", "output")) {
            inside(
                    "nft",
                    "add chain inet loss %s { type filter hook %s priority 0; }"
                            .formatted(way, way));
            inside("nft", "add rule inet loss %s numgen random mod 100 < 1 drop".formatted(way));
        }
    }

    /** Starts a program there, which ends with the namespace. */
    synchronized Process start(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command(command))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            started.add(process);
            return process;
        } catch (IOException notInstalled) {
            throw new UncheckedIOException(notInstalled);
        }
    }

    /** What to start so that a program runs there. */
    public List<String> command(String... command) {
        return Stream.concat(Stream.of("ip", "netns", "exec", name), Stream.of(command)).toList();
    }

    private void inside(String... command) {
        run(command(command).toArray(String[]::new));
    }

    private static void run(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0)
                throw new IllegalStateException(
                        String.join(" ", command)
                                + ": "
                                + output.strip()
                                + " (expected: root, or CAP_NET_ADMIN and CAP_SYS_ADMIN, and"
                                + " iproute2 and nftables: these tests need network namespaces)");
        } catch (IOException notInstalled) {
            throw new UncheckedIOException(
                    command[0] + " (expected: installed, see src-it/run.sh)", notInstalled);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Override
    public synchronized void close() {
        for (Process process : started) process.destroyForcibly();
        run("ip", "netns", "delete", name); // and with it both ends of its link
    }
}
