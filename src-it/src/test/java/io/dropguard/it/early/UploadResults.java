package io.dropguard.it.early;

import io.dropguard.it.early.EarlyServers.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many uploads failed, cell by cell. With a file ({@code -Duploads.results=FILE}) a run that
 * was broken off goes on where it was. Thread-safe.
 */
final class UploadResults {

    /**
     * Of one cell. Immutable.
     *
     * @param first how the first failure showed; empty if there was none
     */
    record Result(int failed, int total, String first) {
        Result plus(Result other) {
            return new Result(
                    failed + other.failed,
                    total + other.total,
                    first.isEmpty() ? other.first : first);
        }

        @Override
        public String toString() {
            return failed + "/" + total;
        }
    }

    private final @Nullable Path file;
    private final Map<String, Result> before = new HashMap<>(); // of earlier runs
    private final Map<Cell, Result> results = new LinkedHashMap<>(); // guarded by this

    UploadResults() {
        String name = System.getProperty("uploads.results", "");
        file = name.isEmpty() ? null : Path.of(name);
        if (file == null || !Files.exists(file)) return;
        try {
            for (String text : Files.readAllLines(file)) {
                List<String> parts = List.of(text.split("\t", -1));
                before.put(
                        String.join("\t", parts.subList(0, 4)),
                        new Result(
                                Integer.parseInt(parts.get(4)),
                                Integer.parseInt(parts.get(5)),
                                parts.get(6)));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Whether an earlier run has tried it so often; its result is taken. */
    synchronized boolean isKnown(Cell cell, int times) {
        Result known = before.get(cell.key());
        if (known == null || known.total < times) return false;
        results.put(cell, known);
        return true;
    }

    synchronized void put(Cell cell, Result result) {
        results.put(cell, result);
        if (file == null) return;
        String text =
                String.join(
                        "\t",
                        cell.key(),
                        Integer.toString(result.failed),
                        Integer.toString(result.total),
                        result.first.replaceAll("\\s+", " "));
        try {
            Files.writeString(
                    file, text + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** The cells of one server in which an upload failed. */
    synchronized Map<Cell, Result> failures(Kind kind) {
        Map<Cell, Result> failed = new LinkedHashMap<>(results);
        failed.entrySet()
                .removeIf(each -> each.getKey().kind() != kind || each.getValue().failed == 0);
        return failed;
    }

    /**
     * Failures and uploads: a row for each line, client and transport, a column for each server.
     */
    synchronized String table() {
        Map<String, StringBuilder> rows = new LinkedHashMap<>();
        for (Cell cell : results.keySet()) rows.putIfAbsent(cell.row(), new StringBuilder());
        StringBuilder head = new StringBuilder("%-41s".formatted("failed/uploads"));
        for (Kind kind : Kind.values()) {
            head.append(" %10s".formatted(kind));
            for (Map.Entry<Cell, Result> each : results.entrySet())
                if (each.getKey().kind() == kind)
                    rows.get(each.getKey().row()).append(" %10s".formatted(each.getValue()));
        }
        StringBuilder table = new StringBuilder(head).append('\n');
        rows.forEach((row, cells) -> table.append(row).append(cells).append('\n'));
        return table.toString();
    }
}
