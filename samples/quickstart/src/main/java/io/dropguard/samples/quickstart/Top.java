package io.dropguard.samples.quickstart;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The console's connections in a terminal, anew each second. Confined to the main thread. */
final class Top {
    private static final String DEFAULT_URL = "http://127.0.0.1:8080/dropguard/";

    /** 40: what most terminals show. */
    private static final String QUERY = "connections?limit=40";

    private static final String CLEAR = "\u001b[H\u001b[2J\u001b[3J";
    private static final String NO_WRAP = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final HttpRequest request;

    Top(URI console, @Nullable String token) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(console.resolve(QUERY))
                        .timeout(Duration.ofSeconds(10))
                        .header("Accept", "text/plain");
        if (token != null) builder.header("Authorization", "Bearer " + token);
        request = builder.build();
    }

    static void run(String[] arguments) throws InterruptedException {
        String url = DEFAULT_URL;
        String token = null;
        boolean once = false;
        for (Iterator<String> rest = Arrays.asList(arguments).iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            if (argument.equals("--once")) once = true;
            else if (argument.equals("--token") && rest.hasNext()) token = rest.next();
            else if (argument.startsWith("--")) {
                System.err.println(argument + ": unknown option (expected: --once, --token T)");
                System.exit(2);
            } else url = argument.endsWith("/") ? argument : argument + "/";
        }
        Top top = new Top(URI.create(url), token);
        if (once) {
            if (!top.print(System.out)) System.exit(1);
        } else top.watch(System.out, System.getenv("TERM") != null);
    }

    /**
     * Until the process is ended.
     *
     * @param terminal whether each table takes the place of the one before
     */
    private void watch(PrintStream out, boolean terminal) throws InterruptedException {
        if (terminal) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> out.print(WRAP)));
            out.print(NO_WRAP);
        }
        while (true) {
            if (terminal) out.print(CLEAR);
            print(out);
            Thread.sleep(1_000);
        }
    }

    /**
     * Prints the table, or why there is none.
     *
     * @return whether there is one
     */
    boolean print(PrintStream out) throws InterruptedException {
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                out.println(answer.body());
                return true;
            }
            out.println(request.uri() + ": " + answer.statusCode() + " " + answer.body().strip());
        } catch (IOException unreachable) {
            out.println(request.uri() + ": " + unreachable);
        }
        return false;
    }
}
