package io.dropguard.samples.quickstart;

import io.dropguard.DropGuard;
import java.util.Iterator;
import java.util.List;

/** The command line. Confined to the main thread. */
final class QuickstartOptions {
    static final String USAGE =
            """
            Usage: java -jar quickstart.jar [options]
                   java -jar quickstart.jar top [URL] [--once] [--token T]
                                  a live table of a console's connections
                                  (default http://127.0.0.1:8080/dropguard/)
              --host H            address to bind (default 127.0.0.1)
              --port N            clear text: HTTP/1.1 and h2c (default 8080; 0 picks one)
              --tls-port N        TLS: HTTP/1.1 and h2 (default 8443; 0 picks one; -1 for none)
              --threads N         threads of the server's pool (default 200)
              --stats-port N      /stats with threads of its own, which answers however busy the
                                  server is (default -1: none; 0 picks one)
              --bare              the same endpoints without DropGuard
              --log               every exchange as a line of JSON on stdout
              --log-KEY V         the log's other options, such as --log-format ecs
              --half-close V      probe, loss or ignore
              --watch-delay T     such as 5ms
              --read-ahead B      such as 16KiB
              --interrupt V       true or false
              --queue-order V     fifo or newest-first
              --console V         true (the default here) or false: live connections at /dropguard/
              --stuck-KEY V       when connections are stuck, such as --stuck-reading-headers 20s,
                                  and --stuck-action log or shutdown
              --min-rate-KEY V    bytes a second that clients must send or take at least, such as
                                  --min-rate-request-body 500
              --KEY V             any other option of DropGuard, see docs/configuration.md
              --help              this text
            """;

    String host = "127.0.0.1";
    int port = 8080;
    int tlsPort = 8443;
    int threads = 200;
    int statsPort = -1;
    boolean bare;
    boolean log;
    boolean help;
    final DropGuard.Builder guard = DropGuard.builder().set("console", "true");

    private QuickstartOptions() {}

    /**
     * @throws IllegalArgumentException with a message for the user
     */
    static QuickstartOptions parse(List<String> arguments) {
        QuickstartOptions options = new QuickstartOptions();
        for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
            String option = rest.next();
            switch (option) {
                case "--help", "-h" -> options.help = true;
                case "--bare" -> options.bare = true;
                case "--log" -> options.log = true;
                case "--host" -> options.host = value(option, rest);
                case "--port" -> options.port = number(option, rest, 0, 65_535);
                case "--tls-port" -> options.tlsPort = number(option, rest, -1, 65_535);
                case "--threads" -> options.threads = number(option, rest, 8, 10_000);
                case "--stats-port" -> options.statsPort = number(option, rest, -1, 65_535);
                default -> {
                    if (!option.startsWith("--"))
                        throw new IllegalArgumentException(
                                option
                                        + ": unknown argument (expected: options such as --port 8080)");
                    String key = option.substring(2);
                    options.guard.set(key, value(option, rest));
                }
            }
        }
        if (options.log) options.guard.set("log", "stdout");
        return options;
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext())
            throw new IllegalArgumentException(option + ": no value (expected: one after it)");
        return rest.next();
    }

    private static int number(String option, Iterator<String> rest, int least, int most) {
        String given = value(option, rest);
        try {
            int number = Integer.parseInt(given);
            if (number >= least && number <= most) return number;
        } catch (NumberFormatException notANumber) {
            // told below
        }
        throw new IllegalArgumentException(
                option + ": " + given + " (expected: " + least + ".." + most + ")");
    }
}
