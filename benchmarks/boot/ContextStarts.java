import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the sample's context again and again in one JVM, with and without DropGuard, in turns. */
class ContextStarts {
    /** Pairs that are not counted: the first contexts load classes that the others find. */
    private static final int WARM_UP = 3;

    record Start(double wall, double cpu) {}

    public static void main(String[] arguments) throws Exception {
        int pairs = Integer.parseInt(arguments[0]);
        String without = arguments[1];
        String[] options = Arrays.copyOfRange(arguments, 2, arguments.length);
        List<Start> bare = new ArrayList<>();
        List<Start> guarded = new ArrayList<>();
        for (int pair = 0; pair < WARM_UP + pairs; pair++) {
            boolean bareFirst = pair % 2 == 0;
            Start one = start(bareFirst ? without : "--dropguard.log=off", options);
            Start other = start(bareFirst ? "--dropguard.log=off" : without, options);
            if (pair < WARM_UP) continue;
            bare.add(bareFirst ? one : other);
            guarded.add(bareFirst ? other : one);
        }
        System.out.println("| another context in the same JVM, ms | without | with | more |");
        System.out.println("|---|--:|--:|--:|");
        row("from run() to started", bare, guarded, Start::wall);
        row("processor time of the main thread", bare, guarded, Start::cpu);
        System.exit(0);
    }

    private static Start start(String option, String... options) throws Exception {
        String[] all = Arrays.copyOf(options, options.length + 1);
        all[options.length] = option;
        SpringApplication shop = new SpringApplication(Class.forName("io.dropguard.samples.boot.Shop"));
        shop.setRegisterShutdownHook(false);
        System.gc(); // so that nobody pays for another's garbage
        long wall = System.nanoTime();
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        ConfigurableApplicationContext context = shop.run(all);
        Start start =
                new Start(
                        (System.nanoTime() - wall) / 1e6,
                        (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e6);
        context.close();
        return start;
    }

    private static void row(
            String name, List<Start> bare, List<Start> guarded, ToDoubleFunction<Start> measure) {
        double[] without = bare.stream().mapToDouble(measure).toArray();
        double[] with = guarded.stream().mapToDouble(measure).toArray();
        double[] more = new double[with.length];
        for (int i = 0; i < more.length; i++) more[i] = with[i] - without[i];
        System.out.printf("| %s | %s | %s | %s |%n", name, spread(without), spread(with), spread(more));
    }

    private static String spread(double... values) {
        Arrays.sort(values);
        int half = values.length / 2;
        double median = values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
        return "%.1f (%.1f to %.1f)".formatted(median, values[0], values[values.length - 1]);
    }
}
