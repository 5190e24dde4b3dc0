package io.dropguard.benchmarks.waiting;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * How late deadlines were kept, counted from the arrival of each request, as the server recorded
 * it: {@code ServerLateness FILE ROUNDS CASE...}, for the last rounds of each case, in that order.
 */
public final class ServerLateness {
    /** Deadlines are a second: no two rounds are nearer, and no round has so long a gap. */
    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(500);

    private ServerLateness() {}

    public static void main(String[] arguments) throws IOException {
        int rounds = Integer.parseInt(arguments[1]);
        String[] cases = Arrays.copyOfRange(arguments, 2, arguments.length);
        List<double[]> recorded = rounds(Path.of(arguments[0]));
        int needed = rounds * cases.length;
        if (recorded.size() < needed)
            throw new IllegalStateException(
                    "rounds: " + recorded.size() + " (expected: >= " + needed + ")");
        List<double[]> counted = recorded.subList(recorded.size() - needed, recorded.size());
        System.out.println("From the arrival of each request, as the server recorded it:\n");
        System.out.println("| rounds | deadlines | p50 ms late | p99, median | from | to |");
        System.out.println("|---|--:|--:|--:|--:|--:|");
        for (int i = 0; i < cases.length; i++)
            print(cases[i], counted.subList(i * rounds, (i + 1) * rounds));
    }

    private static List<double[]> rounds(Path file) throws IOException {
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        events.sort(Comparator.comparing(RecordedEvent::getStartTime));
        List<double[]> rounds = new ArrayList<>();
        List<Double> round = new ArrayList<>();
        Instant last = Instant.MAX;
        for (RecordedEvent event : events) {
            Instant now = event.getStartTime();
            if (now.minus(BETWEEN_ROUNDS).isAfter(last)) {
                rounds.add(sorted(round));
                round.clear();
            }
            round.add(event.getDuration("late").toNanos() / 1e6);
            last = now;
        }
        rounds.add(sorted(round));
        return rounds;
    }

    private static double[] sorted(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static void print(String name, List<double[]> rounds) {
        double[] middles = rounds.stream().mapToDouble(each -> at(each, 0.5)).sorted().toArray();
        double[] tails = rounds.stream().mapToDouble(each -> at(each, 0.99)).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.1f | %.1f |%n",
                name,
                rounds.stream().mapToInt(each -> each.length).sum(),
                at(middles, 0.5),
                at(tails, 0.5),
                tails[0],
                tails[tails.length - 1]);
    }

    private static double at(double[] sorted, double of) {
        return sorted[(int) Math.round(of * (sorted.length - 1))];
    }
}
