package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RedactionTest {
    private static final LogServer.Work OK =
            (request, response, callback) -> {
                response.getHeaders().put(HttpHeader.SET_COOKIE, "id=hunter2");
                response.getHeaders()
                        .put(
                                HttpHeader.LOCATION,
                                "https://u:hunter2@a/b?c?token=hunter2#id_token=hunter2");
                callback.succeeded();
                return true;
            };

    @Test
    void secretsAreHiddenOutOfTheBox() throws Exception {
        LogConfig config = LogConfig.DEFAULT.withBodies(BodyConfig.all());
        try (LogServer server = LogServer.guarded(config, OK)) {
            server.post(
                    "/a;jsessionid=hunter2/b?x=1&pass%77ord=hunter2;API-Key=hunter2",
                    "application/json",
                    "{\"user\":{\"newPassword\":{\"value\":\"hunter2\"},\"access_token\":[\"hunter2\"]}}"
                            .getBytes(StandardCharsets.UTF_8),
                    "Authorization: Bearer hunter2",
                    "Proxy-Authorization: hunter2",
                    "Cookie: a=hunter2",
                    "X-Api-Key: hunter2",
                    "X-Whatever: hunter2",
                    "Referer: http://me:hunter2@site/?secret=hunter2");
            String line = server.records.nextLine();
            JsonNode record = RecordSchema.check(line);
            assertThat(line).doesNotContain("hunter2");
            assertThat(record.get("url.path").asString()).isEqualTo("/a;jsessionid=REDACTED/b");
            assertThat(record.get("url.query").asString())
                    .isEqualTo("x=1&pass%77ord=REDACTED;API-Key=REDACTED");
            assertThat(record.get("http.request.header.authorization").get(0).asString())
                    .isEqualTo("REDACTED");
            assertThat(record.get("http.response.header.set-cookie").get(0).asString())
                    .isEqualTo("REDACTED");
            assertThat(record.get("http.request.header.referer").get(0).asString())
                    .isEqualTo("http://REDACTED@site/?secret=REDACTED");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "Pass_Word",
                "user.passwd",
                "x-API-key",
                "csrfToken",
                "SID",
                "a.b.pwd"
            })
    void namesAreComparedWithoutRegardToCaseAndPunctuation(String name) {
        assertThat(RedactionRules.defaults().redact(Redactor.Part.JSON, name, "x"))
                .isEqualTo("REDACTED");
    }

    @Test
    void namesThatOnlyLookLikeSecretsAreShown() {
        for (String name : List.of("pinned", "keyboard", "author", "side", "compass"))
            assertThat(RedactionRules.defaults().redact(Redactor.Part.QUERY, name, "x"))
                    .isEqualTo("x");
    }

    @Test
    void moreCanBeHiddenAndMoreHeadersShown() {
        RedactionRules rules =
                RedactionRules.defaults()
                        .showingHeaders(List.of("X-Custom"))
                        .hiding(List.of("nick name", "Referer"))
                        .hidingPaths(List.of("$.user.*.zip"));
        assertThat(rules.redact(Redactor.Part.REQUEST_HEADER, "x-custom", "x")).isEqualTo("x");
        assertThat(rules.redact(Redactor.Part.REQUEST_HEADER, "referer", "x"))
                .isEqualTo("REDACTED");
        assertThat(rules.redact(Redactor.Part.FORM, "nickName", "x")).isEqualTo("REDACTED");
        assertThat(rules.redact(Redactor.Part.JSON, "user.home.zip", "x")).isEqualTo("REDACTED");
        assertThat(rules.redact(Redactor.Part.JSON, "user.zip", "x")).isEqualTo("x");
        assertThat(rules.redact(Redactor.Part.JSON, "zip", "x")).isEqualTo("x");
    }

    @Test
    void aRedactorThatThrowsRedactsTheWholeRecord() throws Exception {
        Redactor throwing =
                (part, name, value) -> {
                    if (name.equals("late")) throw new IllegalStateException("bug");
                    return value;
                };
        LogConfig config = LogConfig.DEFAULT.withRedactor(throwing).withBodies(BodyConfig.all());
        try (LogServer server = LogServer.guarded(config, OK)) {
            server.post(
                    "/?a=hunter2&late=1",
                    "application/json",
                    "{\"early\":\"hunter2\"}".getBytes(StandardCharsets.UTF_8),
                    "Authorization: hunter2");
            String line = server.records.nextLine();
            JsonNode record = RecordSchema.check(line);
            assertThat(line).doesNotContain("hunter2");
            assertThat(record.get("url.query").asString()).isEqualTo("a=REDACTED&late=REDACTED");
            assertThat(record.get("http.response.status_code").asInt()).isEqualTo(200);
            assertThat(record.has("dropguard.request.body")).isFalse();
            assertThat(server.records.nextFields().toString()).doesNotContain("hunter2");
        }
    }

    @Test
    void aHeaderOfAMegabyteIsCutAndLineBreakersAreEscaped() throws Exception {
        LogServer.Work odd =
                (request, response, callback) -> {
                    response.getHeaders().put("Via", "x".repeat(1_000_000));
                    response.getHeaders().put("ETag", "a\u0085b\u2028c\u202ed\ud800e");
                    callback.succeeded();
                    return true;
                };
        try (LogServer server = LogServer.guarded(odd)) {
            server.get(
                    "/x?x=%0A{}",
                    "User-Agent: " + "y".repeat(1_000_000), "Origin: \t\u0085{\"forged\":1}");
            String line = server.records.nextLine();
            JsonNode record = RecordSchema.check(line);
            assertThat(record.get("http.response.header.via").get(0).asString())
                    .hasSize(Text.LONGEST + 1);
            assertThat(record.get("user_agent.original").asString()).hasSize(Text.LONGEST + 1);
            assertThat(record.get("http.response.header.etag").get(0).asString())
                    .isEqualTo("a\u0085b\u2028c\u202ed\ufffde");
            assertThat(line).contains("\\u2028").contains("\\u0085").contains("\\u202e");
        }
    }
}
