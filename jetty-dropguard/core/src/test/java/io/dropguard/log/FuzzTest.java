package io.dropguard.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.Test;

/**
 * Random requests and answers, with a secret wherever a rule names one; {@code
 * -Dlog.fuzz-seconds=300} for the full run, {@code -Ddropguard.log.seed} to repeat one.
 */
class FuzzTest {
    private static final Duration TIME =
            Duration.ofSeconds(Integer.getInteger("log.fuzz-seconds", 30));
    private static final long SEED = Long.getLong("dropguard.log.seed", System.nanoTime());
    private static final String SECRET = "hunter2";
    private static final String[] NAMES = {
        "password", "PassWord", "new_password", "api-key", "access_token", "sid", "pwd", "a.secret"
    };
    private static final String[] TYPES = {
        "application/json",
        "application/json; charset=ISO-8859-1",
        "application/json;charset=\"utf-16\"",
        "application/x-www-form-urlencoded",
        "application/problem+json",
    };

    private final Random random = new Random(SEED);

    private String text(int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--)
            text.append(
                    (char)
                            switch (random.nextInt(6)) {
                                case 0 -> random.nextInt(32);
                                case 1 -> random.nextInt(65_536);
                                case 2 -> 0xD800 + random.nextInt(0x800);
                                case 3 -> "\"\\{}[]&;=%:,/?#@".charAt(random.nextInt(16));
                                default -> ' ' + random.nextInt(95);
                            });
        return text.toString();
    }

    /** What a header or a target may hold without being refused. */
    private String plain(int most) {
        String ascii = text(most).replaceAll("[^!-~]|[#%\\\\<>^`{|}\"]", "");
        return random.nextInt(20) == 0 ? ascii + "\u00e4" : ascii;
    }

    /** What a header may hold; now and then what it may not. */
    private String header(int most) {
        String text = text(most).replaceAll("[\r\n\0]", "");
        return random.nextInt(20) == 0 ? text : text.replaceAll("[^\t -~\u0080-\u00ff]", "");
    }

    private String name() {
        String name = NAMES[random.nextInt(NAMES.length)];
        if (random.nextBoolean()) return name;
        int at = random.nextInt(name.length());
        return name.substring(0, at)
                + String.format("%%%02x", (int) name.charAt(at))
                + name.substring(at + 1);
    }

    private String parameters() {
        StringBuilder query = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--)
            query.append(plain(8).replaceAll("[&;=]", "")).append('=').append(plain(8)).append('&');
        query.append(name()).append('=').append(SECRET).append(random.nextBoolean() ? ';' : '&');
        return query.append(plain(8)).toString();
    }

    private String json(int depth) {
        String name = NAMES[random.nextInt(NAMES.length)];
        String key = "\"" + (random.nextBoolean() ? name : escaped(name)) + "\":";
        String other = "\"" + plain(6) + "\":";
        return switch (random.nextInt(depth > 4 ? 4 : 7)) {
            case 0 -> "{" + key + "\"" + SECRET + "\"}";
            case 1 -> "{" + other + random.nextInt() + "," + key + "{\"x\":[\"" + SECRET + "\"]}}";
            case 2 -> "[null,1e9999,-0.0,\"\\ud800\",{" + key + "[\"" + SECRET + "\"]}]";
            case 3 -> "\"" + plain(20) + "\"";
            case 4 -> "[" + json(depth + 1) + "," + json(depth + 1) + "]";
            case 5 -> "{" + other + json(depth + 1) + "}";
            default -> "{" + other + json(depth + 1) + "," + key + "\"" + SECRET + "\"";
        };
    }

    private static String escaped(String name) {
        return String.format("\\u%04x", (int) name.charAt(0)) + name.substring(1);
    }

    private byte[] body(String type) {
        byte[] body =
                (type.contains("form") ? parameters() : json(0))
                        .getBytes(
                                type.contains("utf-16")
                                        ? StandardCharsets.UTF_16
                                        : StandardCharsets.UTF_8);
        for (int i = random.nextInt(3); type.contains("json") && i > 0; i--)
            if (random.nextInt(4) == 0) body = Arrays.copyOf(body, random.nextInt(body.length + 1));
        return body;
    }

    private record Answer(String type, ByteBuffer body, String location, String odd) {}

    private final AtomicReference<Answer> answer = new AtomicReference<>();

    private boolean serve(Request request, Response response, Callback callback) throws Exception {
        Content.Source.asByteBuffer(request);
        Answer next = answer.get();
        HttpFields.Mutable headers = response.getHeaders();
        headers.put(HttpHeader.CONTENT_TYPE, next.type());
        headers.put(HttpHeader.LOCATION, next.location());
        headers.put("ETag", next.odd());
        headers.put("Set-Cookie", "a=" + SECRET);
        headers.put("X-Odd", SECRET + next.odd());
        response.write(true, next.body(), callback);
        return true;
    }

    @Test
    void whateverComesALineIsValidAndHoldsNoSecret() throws Exception {
        long end = System.nanoTime() + TIME.toNanos();
        int limit = 16 + random.nextInt(400);
        LogConfig small =
                LogConfig.DEFAULT
                        .withBodies(BodyConfig.all().withLimit(limit))
                        .withRedactor(RedactionRules.defaults().hidingPaths(List.of("x.*.y")))
                        .withFormat(random.nextBoolean() ? LogFormat.ECS : LogFormat.OTEL);
        LogConfig large = LogConfig.DEFAULT.withBodies(BodyConfig.all());
        try (LogServer cutting = LogServer.bare(small, this::serve);
                LogServer whole = LogServer.bare(large, this::serve)) {
            long count = 0;
            long served = 0; // and not refused by Jetty
            for (; System.nanoTime() - end < 0; count++) {
                long seed = SEED + count;
                random.setSeed(seed);
                String type = TYPES[random.nextInt(TYPES.length)];
                answer.set(
                        new Answer(
                                type,
                                ByteBuffer.wrap(body(type)),
                                "https://u:" + SECRET + "@h/" + plain(5) + "?" + parameters(),
                                text(40)));
                LogServer server = random.nextBoolean() ? cutting : whole;
                String path = "/" + plain(20).replaceAll("[?/;.@]", "");
                server.post(
                        path + ";" + name() + "=" + SECRET + "/x?" + parameters(),
                        type,
                        body(type),
                        "Authorization: Bearer " + SECRET,
                        "Cookie: a" + plain(9) + "=" + SECRET,
                        "X-" + random.nextInt(9) + ": " + SECRET + header(30),
                        "User-Agent: " + header(50),
                        "Referer: http://" + SECRET + "@h/?" + parameters());
                String line = server.records.nextLine();
                if (RecordSchema.check(line).has("http.request.header.cookie")) served++;
                assertThat(line).as("seed %s", seed).doesNotContain(SECRET);
                assertThat(server.records.nextFields().toString())
                        .as("seed %s", seed)
                        .doesNotContain(SECRET);
            }
            assertThat(served).isGreaterThan(100).isGreaterThan(count / 4);
        }
    }
}
