package io.dropguard.samples.scenarios;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** What a scenario prints. Thread-safe. */
final class Console extends ByteArrayOutputStream {
    private static final Pattern TIME = Pattern.compile("(\\d+) ms");

    PrintStream stream() {
        return new PrintStream(this, true, StandardCharsets.UTF_8);
    }

    /** The line that begins so, once it is there. */
    String line(String begin) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () ->
                                toString(StandardCharsets.UTF_8)
                                        .lines()
                                        .filter(line -> line.startsWith(begin))
                                        .findFirst()
                                        .orElse(""),
                        line -> !line.isEmpty());
    }

    /** How many milliseconds that line tells. */
    long millis(String begin) {
        Matcher time = TIME.matcher(line(begin));
        if (!time.find()) throw new AssertionError("no time: " + line(begin));
        return Long.parseLong(time.group(1));
    }
}
