package io.dropguard.heartbeat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeartbeatFormatTest {
    private static final int STREAMS = 20_000;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json| ' '",
                "APPLICATION/JSON ; Charset=UTF-8| ' '",
                "application/json;charset=\"utf-8\"| ' '",
                "application/problem+json| ' '",
                "application/vnd.api+JSON; profile=x| ' '",
                "application/json; charset=iso-8859-1| ' '",
            })
    void jsonGetsSpaces(String contentType, String beat) {
        assertThat(text(Heartbeat.forContentType(contentType, false))).isEqualTo(beat);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "text/plain",
                "application/octet-stream",
                "application/json; charset=utf-16",
                "application/json; charset=utf-32be",
                "text/html; charset=ibm037",
                "application/xml",
                "image/svg+xml",
                "application/jsonp",
                "text/event-streams"
            })
    void whatCannotBearThemGetsNone(String contentType) {
        assertThat(Heartbeat.forContentType(contentType, false)).isNull();
    }

    @Test
    void theOthersGetTheirsByType() {
        assertThat(text(Heartbeat.forContentType("Text/HTML; charset=utf-8", false)))
                .isEqualTo("\n");
        assertThat(text(Heartbeat.forContentType("text/event-stream", false))).isEqualTo(":\n\n");
        assertThat(text(Heartbeat.forContentType("application/x-ndjson", false))).isEqualTo("\n");
        assertThat(text(Heartbeat.forContentType("application/json-seq", false)))
                .isEqualTo("\u001e");
        assertThat(text(Heartbeat.forContentType("application/geo+json-seq", false)))
                .isEqualTo("\u001e");
        assertThat(text(Heartbeat.forContentType("application/xml", true))).isEqualTo(" ");
        assertThat(text(Heartbeat.forContentType("application/soap+xml", true))).isEqualTo(" ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/html", "application/xml"})
    void afterTheFirstByteOfADocumentThereIsNone(String contentType) {
        Heartbeat heartbeat = Heartbeat.forContentType(contentType, true);
        heartbeat.sent(ByteBuffer.allocate(0)); // a flush
        assertThat(heartbeat.bytes()).isNotNull();
        heartbeat.sent(ByteBuffer.wrap(new byte[] {' '})); // though it be white space itself
        assertThat(heartbeat.bytes()).isNull();
        assertThat(heartbeat.goesBetween()).isFalse();
    }

    @Test
    void htmlGetsNoMoreThanLeaveRoomForItsCharset() {
        Heartbeat heartbeat = Heartbeat.forContentType("text/html", false);
        for (int i = 0; i < 512; i++) assertThat(heartbeat.bytes()).hasSize(1);
        assertThat(heartbeat.bytes()).isNull();
    }

    @Test
    void whatIsSentIsLeftAsItIs() {
        ByteBuffer content = ByteBuffer.wrap("xdata: 1\n\ny".getBytes(UTF_8), 1, 9);
        Heartbeat heartbeat = Heartbeat.forContentType("text/event-stream", false);
        heartbeat.sent(content);
        assertThat(content.position()).isEqualTo(1);
        assertThat(content.remaining()).isEqualTo(9);
        assertThat(heartbeat.bytes()).as("only what remains counts").isNotNull();
    }

    @Test
    void aLineFeedWithinATextOfASequenceIsNoBoundary() {
        Heartbeat heartbeat = Heartbeat.forContentType("application/json-seq", false);
        send(heartbeat, "\u001e{\n");
        assertThat(heartbeat.bytes()).isNull();
        send(heartbeat, "\"a\\\"}\": [1,\n");
        assertThat(heartbeat.bytes()).isNull();
        send(heartbeat, "2]}");
        assertThat(heartbeat.bytes()).isNull();
        send(heartbeat, "\n");
        assertThat(heartbeat.bytes()).isNotNull();
        send(heartbeat, "\u001e\n");
        assertThat(heartbeat.bytes()).as("the text has yet to begin").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/event-stream", "application/x-ndjson", "application/json-seq"})
    void recordsAreTheSameWithHeartbeatsWhereverTheyAreLegal(String contentType) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int beats = 0;
        for (int i = 0; i < STREAMS; i++) {
            String stream = RecordStreams.next(contentType, random);
            StringBuilder wire = new StringBuilder();
            Heartbeat heartbeat = Heartbeat.forContentType(contentType, false);
            int at = 0;
            while (true) {
                byte[] beat = random.nextInt(3) == 0 ? heartbeat.bytes() : null;
                if (beat != null) {
                    wire.append(new String(beat, UTF_8));
                    beats++;
                    if (random.nextBoolean()) continue;
                }
                if (at == stream.length()) break;
                int end = at + random.nextInt(Math.min(6, stream.length() - at) + 1);
                send(heartbeat, stream.substring(at, end));
                wire.append(stream, at, end);
                at = end;
            }
            assertThat(StockParsers.records(contentType, wire.toString()))
                    .as("seed %d, stream %d: %s", seed, i, wire)
                    .isEqualTo(StockParsers.records(contentType, stream));
        }
        System.out.printf("%s: seed %d, %d beats%n", contentType, seed, beats);
        assertThat(beats).isGreaterThan(STREAMS / 2);
    }

    private static void send(Heartbeat heartbeat, String text) {
        heartbeat.sent(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private static String text(Heartbeat heartbeat) {
        byte[] bytes = heartbeat == null ? null : heartbeat.bytes();
        return bytes == null ? null : new String(bytes, UTF_8);
    }
}
