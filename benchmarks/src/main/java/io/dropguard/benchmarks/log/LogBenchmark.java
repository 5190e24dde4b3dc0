package io.dropguard.benchmarks.log;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The same servlet under the same load: without a log, with DropGuard's, with Logbook. They run in
 * turns, so that what disturbs the machine disturbs all of them.
 *
 * <p>{@code LogBenchmark [rounds [seconds]]}
 */
public final class LogBenchmark {
    private static final int BODY = 1024;

    private LogBenchmark() {}

    private record Sample(double requestsPerSecond, double bytes, double micros) {}

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9;
        double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 2;
        System.out.printf(
                Locale.ROOT,
                "JDK %s, %d processors, %d rounds of %.1f s each; median (least..most)%n%n",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                rounds,
                seconds);
        System.out.println(
                "| bodies | log | requests/s | bytes allocated/request | CPU µs/request |"
                        + " bytes over bare | CPU µs over bare |");
        System.out.println("|---|---|---|---|---|---|---|");
        ExecutorService clients = Executors.newCachedThreadPool();
        try {
            print("none", measure(clients, false, rounds, seconds));
            print("1 KiB each way", measure(clients, true, rounds, seconds));
        } finally {
            clients.shutdownNow();
        }
    }

    private static Map<Variant, List<Sample>> measure(
            ExecutorService clients, boolean bodies, int rounds, double seconds) throws Exception {
        Map<Variant, MeasuredServer> servers = new EnumMap<>(Variant.class);
        Map<Variant, List<Sample>> samples = new EnumMap<>(Variant.class);
        byte[] request = Load.request(bodies ? BODY : 0);
        long nanos = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        try {
            for (Variant variant : Variant.values()) {
                servers.put(variant, new MeasuredServer(variant, bodies));
                samples.put(variant, new ArrayList<>());
            }
            for (int round = -2; round < rounds; round++) // the first two warm up
            for (Variant variant : Variant.values()) {
                    Sample sample = sample(clients, of(servers, variant), request, nanos);
                    if (round >= 0) of(samples, variant).add(sample);
                }
        } finally {
            for (MeasuredServer server : servers.values()) server.close();
        }
        return samples;
    }

    private static Sample sample(
            ExecutorService clients, MeasuredServer server, byte[] request, long nanos)
            throws Exception {
        MeasuredServer.Usage before = server.usage();
        long start = System.nanoTime();
        double count = Load.run(clients, server.port(), request, nanos);
        double took = System.nanoTime() - start;
        MeasuredServer.Usage after = server.usage();
        return new Sample(
                count / took * TimeUnit.SECONDS.toNanos(1),
                (after.bytes() - before.bytes()) / count,
                (after.nanos() - before.nanos()) / count / TimeUnit.MICROSECONDS.toNanos(1));
    }

    private static void print(String bodies, Map<Variant, List<Sample>> samples) {
        Map<Variant, Double> bytes = new EnumMap<>(Variant.class);
        Map<Variant, Double> micros = new EnumMap<>(Variant.class);
        samples.forEach(
                (variant, list) -> {
                    bytes.put(variant, median(list, Sample::bytes));
                    micros.put(variant, median(list, Sample::micros));
                    System.out.printf(
                            Locale.ROOT,
                            "| %s | %s | %s | %s | %s | %+,.0f | %+,.1f |%n",
                            bodies,
                            variant.label(),
                            spread(list, Sample::requestsPerSecond, "%,.0f"),
                            spread(list, Sample::bytes, "%,.0f"),
                            spread(list, Sample::micros, "%,.1f"),
                            of(bytes, variant) - of(bytes, Variant.BARE),
                            of(micros, variant) - of(micros, Variant.BARE));
                });
        System.out.printf(
                Locale.ROOT,
                "%nDropGuard's cost is %.0f %% of Logbook's in bytes and %.0f %% in CPU%n%n",
                share(bytes),
                share(micros));
    }

    private static <T> T of(Map<Variant, T> values, Variant variant) {
        return requireNonNull(values.get(variant), variant.label());
    }

    private static double share(Map<Variant, Double> costs) {
        double bare = of(costs, Variant.BARE);
        return 100 * (of(costs, Variant.DROPGUARD) - bare) / (of(costs, Variant.LOGBOOK) - bare);
    }

    private static List<Double> sorted(List<Sample> samples, ToDoubleFunction<Sample> value) {
        List<Double> values = new ArrayList<>();
        for (Sample sample : samples) values.add(value.applyAsDouble(sample));
        Collections.sort(values);
        return values;
    }

    private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
        return sorted(samples, value).get(samples.size() / 2);
    }

    private static String spread(
            List<Sample> samples, ToDoubleFunction<Sample> value, String format) {
        List<Double> values = sorted(samples, value);
        return String.format(
                Locale.ROOT,
                format + " (" + format + ".." + format + ")",
                median(samples, value),
                values.get(0),
                values.get(values.size() - 1));
    }
}
