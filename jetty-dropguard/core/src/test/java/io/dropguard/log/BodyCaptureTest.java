package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class BodyCaptureTest {
    /** Sends back what it got. */
    private static final LogServer.Work ECHO =
            (request, response, callback) -> {
                HttpHeader type = HttpHeader.CONTENT_TYPE;
                HttpHeader encoding = HttpHeader.CONTENT_ENCODING;
                response.getHeaders().put(type, request.getHeaders().get(type));
                if (request.getHeaders().contains(encoding))
                    response.getHeaders().put(encoding, request.getHeaders().get(encoding));
                Content.copy(request, response, callback);
                return true;
            };

    private LogServer server = LogServer.guarded(withBodies(BodyConfig.all()), ECHO);

    private static LogConfig withBodies(BodyConfig bodies) {
        return LogConfig.DEFAULT.withBodies(bodies);
    }

    private void restart(BodyConfig bodies) {
        server.close();
        server = LogServer.guarded(withBodies(bodies), ECHO);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The record of an exchange whose request was answered with its own body. */
    private JsonNode echo(String contentType, byte[] body, String... headers) throws Exception {
        String answer = server.post("/", contentType, body, headers);
        assertThat(answer).endsWith(new String(body, StandardCharsets.ISO_8859_1));
        JsonNode record = server.records.next();
        assertThat(record.get("http.request.body.size").asLong()).isEqualTo(body.length);
        assertThat(record.get("http.response.body.size").asLong()).isEqualTo(body.length);
        assertThat(record.get("dropguard.bytes.read").asLong()).isEqualTo(body.length);
        assertThat(record.get("dropguard.request.body"))
                .isEqualTo(record.get("dropguard.response.body"));
        return record;
    }

    @Test
    void bodiesAreNotCapturedUnlessAskedFor() throws Exception {
        restart(BodyConfig.NONE);
        assertThat(echo("application/json", utf8("{}")).has("dropguard.request.body")).isFalse();
    }

    @Test
    void onlyTheKindsThatWereAskedForAreCaptured() throws Exception {
        restart(BodyConfig.NONE.withKinds(EnumSet.of(BodyConfig.Kind.JSON)));
        assertThat(echo("text/plain", utf8("a")).has("dropguard.request.body")).isFalse();
        assertThat(
                        echo("application/problem+json", utf8("1"))
                                .get("dropguard.request.body")
                                .asInt())
                .isEqualTo(1);
    }

    @Test
    void aWholeJsonBodyIsEmbeddedAsJson() throws Exception {
        JsonNode body =
                echo(
                                "application/json",
                                utf8(
                                        "{\n \"a\": [1, 1e400, -0.10, true, null, \"\u00e4\\ud83d\\ude00\"]}"))
                        .get("dropguard.request.body");
        assertThat(body.get("a").get(5).asString()).isEqualTo("\u00e4\ud83d\ude00");
        assertThat(body.get("a").size()).isEqualTo(6);
    }

    @Test
    void anInvalidJsonBodyIsAStringAsFarAsItCouldBeRead() throws Exception {
        for (String tail : new String[] {"", ",", "x", "} trailing", "\"a\":2}", "\u0000"}) {
            JsonNode record =
                    echo("application/json", utf8("{\"a\":1,\"password\":\"hunter2\"" + tail));
            assertThat(record.get("dropguard.request.body").asString())
                    .startsWith("{\"a\":1,\"password\":\"REDACTED\"");
            assertThat(record.has("dropguard.request.body_truncated")).isFalse();
        }
        JsonNode notJson = echo("application/json", utf8("password=hunter2"));
        assertThat(notJson.get("dropguard.request.body").asString()).isEmpty();
    }

    @Test
    void aBodyInWhichANameComesTwiceIsNotEmbedded() throws Exception {
        JsonNode body =
                echo("application/json", utf8("{\"a\":1,\"a\":2}")).get("dropguard.request.body");
        assertThat(body.isString()).isTrue();
    }

    @Test
    void aBodyBeyondTheLimitIsCutAndItsSizeKept() throws Exception {
        restart(BodyConfig.all().withLimit(10));
        JsonNode text = echo("text/plain", utf8("123456789\u00e4bc"));
        assertThat(text.get("dropguard.request.body").asString()).isEqualTo("123456789");
        assertThat(text.get("dropguard.request.body_truncated").asBoolean()).isTrue();
        JsonNode json = echo("application/json", utf8("{\"a\":1,\"bcdefgh\":2}"));
        assertThat(json.get("dropguard.request.body").asString()).isEqualTo("{\"a\":1");
        JsonNode form = echo("application/x-www-form-urlencoded", utf8("a=1&pwd=hunter2"));
        assertThat(form.get("dropguard.request.body").asString()).isEqualTo("a=1&pwd=REDACTED");
    }

    @Test
    void theCharsetIsRespected() throws Exception {
        for (String name : new String[] {"ISO-8859-1", "UTF-8", "UTF-16", "windows-1252"}) {
            String type = "text/plain; charset=" + name;
            JsonNode text = echo(type, "\u00e4\u00df".getBytes(Charset.forName(name)));
            assertThat(text.get("dropguard.request.body").asString()).isEqualTo("\u00e4\u00df");
            String json = "{\"\u00e4\":\"\u00df\"}";
            JsonNode body =
                    echo("application/json; charset=" + name, json.getBytes(Charset.forName(name)));
            assertThat(body.get("dropguard.request.body").get("\u00e4").asString())
                    .isEqualTo("\u00df");
        }
        assertThat(
                        echo("text/plain; charset=nonsense", utf8("\u00e4"))
                                .get("dropguard.request.body")
                                .asString())
                .isEqualTo("\u00e4");
    }

    @Test
    void invalidBytesAndLoneSurrogatesBecomeReplacementCharacters() throws Exception {
        byte[] invalid = {'a', (byte) 0xC3, 'b', (byte) 0xFF, 0, '\r', '\n'};
        assertThat(echo("text/plain", invalid).get("dropguard.request.body").asString())
                .isEqualTo("a\ufffdb\ufffd\u0000\r\n");
        JsonNode lone = echo("application/json", utf8("{\"a\":\"\\udc00x\"}"));
        assertThat(lone.get("dropguard.request.body").get("a").asString()).isEqualTo("\ufffdx");
    }

    @Test
    void multipartAndBinaryBodiesAreToldBySizeOnly() throws Exception {
        for (String type : new String[] {"multipart/form-data; boundary=x", "image/png", ""})
            assertThat(echo(type, utf8("hunter2")).toString()).doesNotContain("hunter2");
    }

    @Test
    void compressedBodiesAreUnpackedOnlyIfAskedFor() throws Exception {
        byte[] packed = gzip(utf8("{\"a\":1,\"token\":\"hunter2\"}"));
        String gzip = "Content-Encoding: gzip";
        assertThat(echo("application/json", packed, gzip).has("dropguard.request.body")).isFalse();
        restart(BodyConfig.all().withDecompress(true).withLimit(1000));
        JsonNode body = echo("application/json", packed, gzip).get("dropguard.request.body");
        assertThat(body.get("token").asString()).isEqualTo("REDACTED");
        JsonNode bomb = echo("text/plain", gzip(new byte[1_000_000]), gzip);
        assertThat(bomb.get("dropguard.request.body").asString()).hasSize(1000);
        assertThat(bomb.get("dropguard.request.body_truncated").asBoolean()).isTrue();
        JsonNode broken = echo("text/plain", utf8("no gzip"), gzip);
        assertThat(broken.has("dropguard.request.body")).isTrue();
    }

    private static byte[] gzip(byte[] content) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }

    @Test
    void aFormIsReadByTheApplicationAsWithoutALog() throws Exception {
        server.close();
        server =
                LogServer.guarded(
                        withBodies(BodyConfig.all()),
                        (request, response, callback) -> {
                            String name = Request.getParameters(request).getValue("user");
                            Content.Sink.write(response, true, "hello " + name, callback);
                            return true;
                        });
        String form = "application/x-www-form-urlencoded";
        assertThat(server.post("/?q=1", form, utf8("user=%C3%A4x&PassWord=hunter2")))
                .endsWith("hello \u00c3\u00a4x");
        JsonNode record = server.records.next();
        assertThat(record.get("dropguard.request.body").asString())
                .isEqualTo("user=%C3%A4x&PassWord=REDACTED");
    }
}
