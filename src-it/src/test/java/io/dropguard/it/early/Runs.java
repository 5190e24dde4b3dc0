package io.dropguard.it.early;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.it.early.UploadResults.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Processes of one client that upload side by side to the same URLs. Each prints, for one URL after
 * the other, how many of its uploads failed, and how the first did. Thread-safe.
 */
final class Runs {
    private final int processes;
    private final Map<String, Cell> cells;
    private final UploadResults results;

    // guarded by this
    private final Map<String, Integer> told = new HashMap<>(); // how many processes, by URL
    private final Map<String, Result> sums = new HashMap<>();
    private final StringBuilder other = new StringBuilder(); // what else they have printed

    /**
     * @param cells by their URLs
     */
    Runs(int processes, Map<String, Cell> cells, UploadResults results) {
        this.processes = processes;
        this.cells = cells;
        this.results = results;
    }

    /** Runs one that uploads {@code times} times to each. */
    void run(Iterable<String> command, int times) {
        ProcessBuilder builder = new ProcessBuilder();
        command.forEach(builder.command()::add);
        try {
            Process process = builder.redirectErrorStream(true).start();
            try (BufferedReader output = process.inputReader()) {
                for (String text; (text = output.readLine()) != null; ) tell(text, times);
            } finally {
                process.destroy();
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private synchronized void tell(String text, int times) {
        String[] words = text.split(" ", 3);
        Cell cell = cells.get(words[0]);
        if (cell == null || words.length < 2) {
            other.append(text).append('\n');
            return;
        }
        String first = words.length < 3 ? "" : words[2].strip();
        Result result = new Result(Integer.parseInt(words[1]), times, first);
        Result sum = sums.merge(words[0], result, Result::plus);
        if (told.merge(words[0], 1, Integer::sum) == processes) results.put(cell, sum);
    }

    /** Fails if not all of them have told of every URL. */
    synchronized void areComplete() {
        assertThat(told.keySet()).as(other.toString()).isEqualTo(cells.keySet());
        assertThat(told.values()).as(other.toString()).containsOnly(processes);
    }
}
