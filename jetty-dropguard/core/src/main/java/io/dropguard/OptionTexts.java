package io.dropguard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Reads {@code options.txt}, which says what every option is for. Immutable. */
final class OptionTexts {
    private static final String RESOURCE = "options.txt";

    /** In the order of the documentation. */
    static final List<Option> ALL = read();

    private OptionTexts() {}

    private static List<Option> read() {
        try (InputStream stream = OptionTexts.class.getResourceAsStream(RESOURCE)) {
            if (stream == null)
                throw new IllegalStateException(RESOURCE + ": missing (expected: in the jar)");
            return parse(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static List<Option> parse(String text) {
        return Stream.of(text.split("\n\n+", 0))
                .filter(block -> !block.startsWith("#"))
                .map(block -> option(block.lines().map(String::strip).toList()))
                .toList();
    }

    private static Option option(List<String> lines) {
        return new Option(
                lines.get(0),
                field("default", lines.get(1)),
                field("values", lines.get(2)),
                field("example", lines.get(3)),
                String.join(" ", lines.subList(4, lines.size())));
    }

    private static String field(String name, String line) {
        if (!line.startsWith(name + ":"))
            throw new IllegalStateException(line + " (expected: " + name + ": ...)");
        return line.substring(name.length() + 1).strip();
    }
}
