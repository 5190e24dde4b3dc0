package io.dropguard.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class FilterParametersTest {
    @TempDir Path directory;

    static Stream<Arguments> wrong() {
        List<String[]> parameters =
                List.of(
                        new String[] {
                            "heartbeat-intervall", "5s", "did you mean heartbeat-interval?"
                        },
                        new String[] {"interupt", "false", "did you mean interrupt?"},
                        new String[] {"half-close", "probe", "half-close: unknown option"},
                        new String[] {
                            "heartbeat", "always", "always (expected: none, auto, interim"
                        },
                        new String[] {"heartbeat-interval", "10", "10 (expected: a time such as"},
                        new String[] {"response-deadline", "-5s", "PT-5S (expected: > 0"},
                        new String[] {"response-deadline-status", "200", "200 (expected: 500..599"},
                        new String[] {"interrupt", "yes", "yes (expected: true or false"});
        return Stream.of(Stack.values())
                .flatMap(
                        stack ->
                                parameters.stream()
                                        .map(p -> Arguments.of(stack, p[0], p[1], p[2])));
    }

    @ParameterizedTest(name = "{0}, {1}={2}")
    @MethodSource("wrong")
    void aWrongParameterFailsTheDeploymentWithNameValueAndWhatWasExpected(
            Stack stack, String key, String value, String expected) throws Exception {
        try (FilteredServer server = new FilteredServer(stack)) {
            server.filter("/*", key, value).servlet("/", (request, response) -> {}).guarded();

            assertThatThrownBy(server::start)
                    .hasStackTraceContaining(key + ": ")
                    .hasStackTraceContaining(expected);
        }
    }

    @Test
    void aWrongParameterInAWebXmlFailsTheDeployment() throws Exception {
        writeWebXml(filter("a", "/*", Map.of("heartbeat-interval", "soon")));
        try (FilteredServer server =
                new FilteredServer(Stack.EE11, Stack.webApplication(directory))) {
            assertThatThrownBy(() -> server.guarded().start())
                    .hasStackTraceContaining(
                            "filter a: heartbeat-interval: soon (expected: a time such as 500ms,");
        }
    }

    @Test
    void twoFiltersThatContradictEachOtherFailTheDeployment() throws Exception {
        writeWebXml(
                filter("a", "/x/*", Map.of("response-deadline", "1s")),
                filter("b", "/x/*", Map.of("response-deadline", "2s")));
        try (FilteredServer server =
                new FilteredServer(Stack.EE11, Stack.webApplication(directory))) {
            assertThatThrownBy(() -> server.guarded().start())
                    .hasStackTraceContaining(
                            "filter b: response-deadline: 2s for /x/*"
                                    + " (expected: 1s, as filter a has it)");
        }
    }

    @Test
    void aWebXmlSetsADeadline() throws Exception {
        writeWebXml(
                filter("all", "/*", Map.of("response-deadline", "PT1H")),
                filter(
                        "limited",
                        "/limited/*",
                        Map.of("response-deadline", "50ms", "response-deadline-status", "504")));
        try (FilteredServer server =
                new FilteredServer(Stack.EE11, Stack.webApplication(directory))
                        .servlet("/", (request, response) -> new Never().await())
                        .guarded()
                        .start()) {
            assertThat(server.get("/limited/x"))
                    .startsWith("HTTP/1.1 504 ")
                    .contains(" ms expired"); // 50 of them, or more if the machine is busy
        }
    }

    private void writeWebXml(String... filters) throws IOException {
        Files.createDirectories(directory.resolve("WEB-INF"));
        Files.writeString(
                directory.resolve("WEB-INF/web.xml"),
                "<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"6.0\">"
                        + String.join("", filters)
                        + "</web-app>");
    }

    private static String filter(String name, String pattern, Map<String, String> parameters) {
        String initParams =
                parameters.entrySet().stream()
                        .map(
                                p ->
                                        "<init-param><param-name>%s</param-name><param-value>%s</param-value></init-param>"
                                                .formatted(p.getKey(), p.getValue()))
                        .collect(Collectors.joining());
        return """
        <filter>
          <filter-name>%1$s</filter-name>
          <filter-class>io.dropguard.servlet.DropGuardFilter</filter-class>
          <async-supported>true</async-supported>
          %3$s
        </filter>
        <filter-mapping><filter-name>%1$s</filter-name><url-pattern>%2$s</url-pattern></filter-mapping>
        """
                .formatted(name, pattern, initParams);
    }
}
