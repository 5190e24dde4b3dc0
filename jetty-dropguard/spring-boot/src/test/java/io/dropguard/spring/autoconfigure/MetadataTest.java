package io.dropguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dropguard.DropGuard;
import io.dropguard.Option;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an IDE is told of the properties is what the guard knows. */
class MetadataTest {
    private static final String FILE = "/META-INF/spring-configuration-metadata.json";

    private static final Map<String, JsonNode> PROPERTIES = byName("properties");
    private static final Map<String, JsonNode> HINTS = byName("hints");

    private static Map<String, JsonNode> byName(String list) {
        try (InputStream file = MetadataTest.class.getResourceAsStream(FILE)) {
            return JsonMapper.shared()
                    .readTree(file)
                    .get(list)
                    .valueStream()
                    .collect(
                            Collectors.toMap(
                                    each -> each.get("name").asString(),
                                    each -> each,
                                    (one, other) -> {
                                        throw new IllegalStateException("twice: " + one);
                                    },
                                    TreeMap::new));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static Stream<String> keys() {
        return DropGuard.options().stream().map(Option::key);
    }

    @Test
    void thereIsAPropertyForEveryOptionAndForNothingElse() {
        TreeSet<String> expected =
                keys().map("dropguard."::concat).collect(Collectors.toCollection(TreeSet::new));
        expected.addAll(List.of("dropguard.enabled", "dropguard.paths"));

        assertThat(PROPERTIES.keySet()).isEqualTo(expected);
        assertThat(PROPERTIES.keySet()).containsAll(HINTS.keySet());
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aPropertyIsDescribedAndItsDefaultIsAValueThatFits(String key) {
        JsonNode property = PROPERTIES.get("dropguard." + key);
        JsonNode byDefault = property.get("defaultValue");

        assertThat(property.get("description").asString()).endsWith(".");
        if (byDefault != null)
            assertThatCode(() -> DropGuard.builder().set(key, byDefault.asString()).build())
                    .doesNotThrowAnyException();
    }

    /** Every choice is hinted at: what a refusal expects are the hints. */
    @ParameterizedTest
    @MethodSource("keys")
    void aChoiceIsHintedAt(String key) {
        IllegalArgumentException refused =
                catchThrowableOfType(
                        IllegalArgumentException.class,
                        () -> DropGuard.builder().set(key, "no such choice"));
        Matcher choice =
                Pattern.compile(".*\\(expected: ([a-z0-9-]+(?:, [a-z0-9-]+)+)\\)")
                        .matcher(refused == null ? "" : refused.getMessage());
        JsonNode hint = HINTS.get("dropguard." + key);
        if (!choice.matches()) {
            assertThat(hint).isNull();
            return;
        }
        assertThat(hint).as("hints for %s", key).isNotNull();
        assertThat(hint.get("values").valueStream().map(each -> each.get("value").asString()))
                .containsAll(List.of(choice.group(1).split(", ")));
        hint.get("values")
                .forEach(each -> DropGuard.builder().set(key, each.get("value").asString()));
    }
}
