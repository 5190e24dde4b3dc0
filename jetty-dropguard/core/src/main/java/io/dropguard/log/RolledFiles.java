package io.dropguard.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that were written before: named, compressed, and deleted when there are too many.
 * Confined to one thread; compressing is left to another one, so that it does not hold up writing.
 */
final class RolledFiles {
    private static final Logger LOG = LoggerFactory.getLogger(RolledFiles.class);

    /** A minute: a file of 100 MiB takes two seconds. */
    private static final long LONGEST_TIDYING = 60;

    private final FileConfig config;
    private final Path folder;
    private final String stem;
    private final String extension;
    private final Pattern name;
    private @Nullable ExecutorService tidier; // from the first roll until closed

    RolledFiles(FileConfig config) {
        this.config = config;
        Path path = config.path().toAbsolutePath();
        Path parent = path.getParent();
        Path file = path.getFileName();
        if (parent == null || file == null)
            throw new IllegalArgumentException("log-file: " + path + " (expected: a file's path)");
        this.folder = parent;
        String whole = file.toString();
        int dot = whole.lastIndexOf('.');
        this.stem = dot > 0 ? whole.substring(0, dot) : whole;
        this.extension = dot > 0 ? whole.substring(dot) : "";
        this.name =
                Pattern.compile(
                        Pattern.quote(stem)
                                + "-(\\d{4}-\\d\\d-\\d\\d)\\.(\\d{1,9})"
                                + Pattern.quote(extension)
                                + "(\\.gz)?");
    }

    private record Rolled(Path path, String day, int number, boolean compressed) {
        private static final Comparator<Rolled> OLDEST_FIRST =
                Comparator.comparing(Rolled::day).thenComparingInt(Rolled::number);
    }

    /** Gives the written file its final name, and sees to the others. */
    void take(Path written, LocalDate day) throws IOException {
        int number =
                1
                        + list().stream()
                                .filter(file -> file.day().equals(day.toString()))
                                .mapToInt(Rolled::number)
                                .max()
                                .orElse(0);
        Files.move(written, folder.resolve(stem + "-" + day + "." + number + extension));
        if (tidier == null)
            tidier =
                    Executors.newSingleThreadExecutor(
                            task -> {
                                Thread thread = new Thread(task, "dropguard-log-tidier");
                                thread.setDaemon(true);
                                return thread;
                            });
        tidier.execute(this::tidy);
    }

    /** Compresses what is not compressed, what a killed process left behind included. */
    private void tidy() {
        try {
            List<Rolled> files = list();
            int surplus = Math.max(0, files.size() - config.keep());
            for (Rolled file : files.subList(0, surplus)) Files.deleteIfExists(file.path());
            if (!config.compress()) return;
            for (Rolled file : files.subList(surplus, files.size()))
                if (!file.compressed()) compress(file.path());
        } catch (IOException failed) {
            LOG.warn("Rolled log files are left as they are", failed);
        }
    }

    private static void compress(Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".gz.part");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(part), 64 * 1024)) {
            Files.copy(file, out);
        }
        Files.move(
                part,
                file.resolveSibling(file.getFileName() + ".gz"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.ATOMIC_MOVE);
        Files.delete(file);
    }

    private List<Rolled> list() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.flatMap(this::rolled).sorted(Rolled.OLDEST_FIRST).toList();
        }
    }

    private Stream<Rolled> rolled(Path path) {
        Matcher match = name.matcher(String.valueOf(path.getFileName()));
        return match.matches()
                ? Stream.of(
                        new Rolled(
                                path,
                                match.group(1),
                                Integer.parseInt(match.group(2)),
                                match.group(3) != null))
                : Stream.empty();
    }

    /** Waits for what is being tidied. */
    void close() {
        ExecutorService running = tidier;
        tidier = null;
        if (running == null) return;
        running.shutdown();
        try {
            if (!running.awaitTermination(LONGEST_TIDYING, TimeUnit.SECONDS))
                LOG.warn("Rolled log files are still being compressed: left to the next start");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
