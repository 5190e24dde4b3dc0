package io.dropguard.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dropguard.DropGuard;
import io.dropguard.Option;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

class BoundOptionsTest {
    private static final RecursiveComparisonConfiguration BY_FIELDS =
            RecursiveComparisonConfiguration.builder().withStrictTypeChecking(true).build();

    static Stream<String> keys() {
        return options().stream().map(Option::key);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void everyOptionIsAPropertyHoweverItIsSpelt(String key) {
        for (String spelling : List.of(key, camel(key), key.replace('-', '_')))
            assertThat(read(properties(Map.of("dropguard." + spelling, "x"))).value(key))
                    .as(spelling)
                    .isEqualTo("x");
        String variable = "DROPGUARD_" + key.toUpperCase(Locale.ROOT);
        for (String spelling : List.of(variable.replace("-", ""), variable.replace('-', '_')))
            assertThat(read(variables(Map.of(spelling, "x"))).value(key))
                    .as(spelling)
                    .isEqualTo("x");
    }

    static List<Option> options() {
        return DropGuard.options();
    }

    /** As in every other home: the documented example, set as it is documented. */
    @ParameterizedTest
    @MethodSource("options")
    void everyOptionMeansWhatItMeansToTheBuilder(Option option) {
        DropGuard.Builder set = DropGuard.builder();

        read(properties(Map.of("dropguard." + option.key(), option.example()))).applyTo(set);

        assertThat(set)
                .usingRecursiveComparison(BY_FIELDS)
                .isNotEqualTo(DropGuard.builder())
                .isEqualTo(DropGuard.builder().set(option.key(), option.example()));
    }

    @Test
    void placeholdersAreResolved() {
        BoundOptions options =
                read(properties(Map.of("delay", "7ms", "dropguard.watch-delay", "${delay}")));

        assertThat(options.value("watch-delay")).isEqualTo("7ms");
    }

    /** As JNDI does, for one. */
    @Test
    void aSourceThatDoesNotTellItsNamesIsAskedForEveryOption() {
        PropertySource<Object> silent =
                new PropertySource<>("silent") {
                    @Override
                    public Object getProperty(String name) {
                        return name.equals("dropguard.watch-delay") ? "7ms" : null;
                    }
                };

        assertThat(read(silent)).hasToString("BoundOptions[watch-delay][]");
    }

    @Test
    void whatYamlTakesForABooleanIsTheWordThatWasWritten() {
        BoundOptions options =
                read(yaml("dropguard:\n  log: off\n  interrupt: false\n  heartbeat-xml: on\n"));

        assertThatCode(() -> options.applyTo(DropGuard.builder())).doesNotThrowAnyException();
    }

    @Test
    void aListIsWrittenAsYamlHasItOrWithCommas() {
        assertThat(
                        read(yaml("dropguard:\n  log-headers:\n  - X-One\n  - X-Two\n"))
                                .value("log-headers"))
                .isEqualTo("X-One,X-Two");
        assertThat(read(yaml("dropguard:\n  log-headers: X-One, X-Two\n")).value("log-headers"))
                .isEqualTo("X-One, X-Two");
    }

    @Test
    void pathsHavePoliciesOfTheirOwn() {
        BoundOptions options =
                read(
                        yaml(
                                """
                                dropguard:
                                  paths:
                                    "[/report/*]":
                                      heartbeat: auto
                                      heartbeatInterval: 5s
                                    "[*.json]":
                                      response-deadline: 2s
                                """));
        DropGuard.Builder builder = DropGuard.builder();

        options.applyTo(builder);

        assertThat(options).hasToString("BoundOptions[][/report/*, *.json]");
    }

    @Test
    void optionsThatDependOnOthersMayComeBeforeThem() {
        BoundOptions options =
                read(
                        properties(
                                Map.of(
                                        "dropguard.heartbeat-content-type", "application/xml",
                                        "dropguard.heartbeat-xml", "true")));

        assertThatCode(() -> options.applyTo(DropGuard.builder())).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dropguard.half-close        | prob | dropguard.half-close: prob (expected: probe,"
                        + " loss, ignore)",
                "dropguard.watch-delay       | 5    | dropguard.watch-delay: 5 (expected: a time"
                        + " such as 500ms, 10s, 5m or PT10S)",
                "dropguard.paths[/x].heartbeat | yes | dropguard.paths[/x].heartbeat: yes"
                        + " (expected: none, auto, interim)",
                "dropguard.log               | false | dropguard.log: false (expected: off,"
                        + " stdout, slf4j, slf4j-key-values, file)",
            })
    void aValueThatDoesNotFitIsToldWithItsProperty(String property, String value, String told) {
        BoundOptions options = read(properties(Map.of(property, value)));

        assertThatExceptionOfType(InvalidOptionsException.class)
                .isThrownBy(() -> options.applyTo(DropGuard.builder()))
                .satisfies(
                        wrong ->
                                assertThat(wrong.problems())
                                        .singleElement()
                                        .asString()
                                        .startsWith(told));
    }

    @ParameterizedTest
    @CsvSource({
        "dropguard.watch-delai, did you mean watch-delay?",
        "dropguard.enable, unknown option",
        "dropguard.paths[/x].heartbeet, did you mean heartbeat?",
        "dropguard.paths[/x].watch-delay, unknown option",
        "dropguard.log.file, unknown",
        "dropguard.paths.report.heartbeat, in brackets",
    })
    void aMisspeltPropertyIsRefusedWithASuggestion(String property, String told) {
        assertThatExceptionOfType(InvalidOptionsException.class)
                .isThrownBy(() -> read(properties(Map.of(property, "auto"))))
                .withMessageContaining(property)
                .withMessageContaining(told);
    }

    @Test
    void aForeignVariableOfTheEnvironmentStopsNothing() {
        BoundOptions options =
                read(variables(Map.of("DROPGUARD_PORT", "tcp://10.0.0.1:80", "DROPGUARD", "x")));

        assertThat(options).hasToString("BoundOptions[][]");
    }

    @Test
    void allThatIsWrongIsToldAtOnceAndWhereItWasWritten() {
        InvalidOptionsException wrong =
                catchThrowableOfType(
                        InvalidOptionsException.class,
                        () ->
                                read(yaml("dropguard:\n  watch-delai: 1ms\n  log-fil: x.log\n"))
                                        .applyTo(DropGuard.builder()));

        FailureAnalysis analysis = new InvalidOptionsAnalyzer().analyze(wrong);

        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription())
                .contains(
                        "dropguard.watch-delai: unknown option (did you mean watch-delay?) at",
                        "application.yaml] - 2:16",
                        "dropguard.log-fil: unknown option (did you mean log-file?) at");
        assertThat(analysis.getAction()).contains("docs/configuration.md");
    }

    private static BoundOptions read(PropertySource<?> source) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(source);
        ConfigurationPropertySources.attach(environment);
        return BoundOptions.of(environment);
    }

    private static PropertySource<?> properties(Map<String, Object> properties) {
        return new MapPropertySource("test", new TreeMap<>(properties));
    }

    private static PropertySource<?> variables(Map<String, Object> variables) {
        return new SystemEnvironmentPropertySource("test-systemEnvironment", variables);
    }

    private static PropertySource<?> yaml(String text) {
        try {
            return new YamlPropertySourceLoader()
                    .load(
                            "test",
                            new ByteArrayResource(
                                    text.getBytes(StandardCharsets.UTF_8), "application.yaml") {})
                    .get(0);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static String camel(String key) {
        StringBuilder camel = new StringBuilder();
        for (int i = 0; i < key.length(); i++)
            camel.append(
                    key.charAt(i) == '-' ? Character.toUpperCase(key.charAt(++i)) : key.charAt(i));
        return camel.toString();
    }
}
