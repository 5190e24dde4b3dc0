package io.dropguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The documentation says of every option what the core does. Its tables stand under comments that
 * name the options; with {@code -Dtexts.write=true} the test writes them anew.
 */
class ConfigurationDocumentTest {
    private static final Path FILE = Path.of("../../docs/configuration.md");

    /** A comment and the table under it. */
    private static final Pattern TABLE =
            Pattern.compile("(?m)^<!-- options: ([^>]*) -->\n((?:\\|.*\n)*)");

    private static final Map<String, Option> OPTIONS =
            DropGuard.options().stream().collect(Collectors.toMap(Option::key, each -> each));

    @Test
    void everyOptionIsInOneTable() throws IOException {
        List<String> documented =
                TABLE.matcher(Files.readString(FILE))
                        .results()
                        .flatMap(ConfigurationDocumentTest::keys)
                        .toList();

        assertThat(documented)
                .as("keys in <!-- options: ... --> of " + FILE + ": see CONTRIBUTING.md")
                .containsExactlyInAnyOrderElementsOf(GuardOptions.ALL.keys());
    }

    @Test
    void everyTableSaysWhatTheCoreSays() throws IOException {
        String text = Files.readString(FILE);
        Function<MatchResult, String> table =
                found -> "<!-- options: " + found.group(1) + " -->\n" + table(keys(found));
        String expected =
                TABLE.matcher(text)
                        .replaceAll(found -> Matcher.quoteReplacement(table.apply(found)));
        if (Boolean.getBoolean("texts.write")) Files.writeString(FILE, expected);

        assertThat(Files.readString(FILE))
                .as(FILE + "; to write it anew: -Dtexts.write=true")
                .isEqualTo(expected);
    }

    private static Stream<String> keys(MatchResult table) {
        return Stream.of(table.group(1).split(" ", 0));
    }

    private static String table(Stream<String> keys) {
        return """
               | key | default | values | example | what it does |
               |---|---|---|---|---|
               """
                + keys.map(ConfigurationDocumentTest::row).collect(Collectors.joining());
    }

    private static String row(String key) {
        Option option = OPTIONS.get(key);
        assertThat(option).as("option " + key).isNotNull();
        String byDefault =
                option.defaultValue().isEmpty() ? "unset" : "`" + option.defaultValue() + "`";
        return "| `%s` | %s | %s | `%s` | %s |\n"
                .formatted(key, byDefault, option.values(), option.example(), option.description());
    }
}
