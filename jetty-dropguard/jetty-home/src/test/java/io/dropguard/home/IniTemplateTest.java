package io.dropguard.home;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.DropGuard;
import io.dropguard.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ini templates explain every option, in the words of the core. With {@code -Dtexts.write=true}
 * the tests write what they expect.
 */
class IniTemplateTest {
    private static final Path MODULES = Path.of("src/main/base/modules");
    private static final String SECTION = "[ini-template]\n";

    /** Options that begin with these words are explained where their module is. */
    private static final Map<String, String> MODULE_BY_WORD =
            Map.of("log", "dropguard-log.mod", "console", "dropguard-console.mod");

    @ParameterizedTest
    @ValueSource(strings = {"dropguard.mod", "dropguard-log.mod", "dropguard-console.mod"})
    void aModulesTemplateExplainsItsOptions(String module) throws IOException {
        Path file = MODULES.resolve(module);
        String text = Files.readString(file);
        String before = text.substring(0, text.indexOf(SECTION) + SECTION.length());
        String expected = before + template(module);
        if (Boolean.getBoolean("texts.write")) Files.writeString(file, expected);
        assertThat(Files.readString(file))
                .as(file + "; to write it anew: -Dtexts.write=true")
                .isEqualTo(expected);
    }

    @Test
    void everyOptionIsExplainedInAModuleThatExists() {
        assertThat(DropGuard.options())
                .allSatisfy(option -> assertThat(MODULES.resolve(module(option))).exists());
    }

    private static String module(Option option) {
        String word = option.key().split("-", 2)[0];
        return MODULE_BY_WORD.getOrDefault(word, "dropguard.mod");
    }

    private static String template(String module) {
        List<Option> options =
                DropGuard.options().stream().filter(each -> module(each).equals(module)).toList();
        return options.stream().map(IniTemplateTest::lines).collect(Collectors.joining("\n"));
    }

    private static String lines(Option option) {
        boolean hasDefault = !option.defaultValue().isEmpty();
        return "## "
                + wrap(option.description())
                + "\n## Values: "
                + option.values()
                + (hasDefault ? ". Default: " + option.defaultValue() : "")
                + ". Example: "
                + option.example()
                + "\n# dropguard."
                + option.key()
                + "="
                + (hasDefault ? option.defaultValue() : "")
                + "\n";
    }

    private static String wrap(String text) {
        StringBuilder lines = new StringBuilder();
        int width = 0;
        for (String word : text.split(" ", 0)) {
            boolean breaks = width + word.length() > 96; // as the project's other texts
            if (width > 0) lines.append(breaks ? "\n## " : " ");
            lines.append(word);
            width = breaks ? word.length() : width + word.length() + 1;
        }
        return lines.toString();
    }
}
