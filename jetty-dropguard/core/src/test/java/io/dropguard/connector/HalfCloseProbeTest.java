package io.dropguard.connector;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.dropguard.connector.HalfCloseProbe.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HalfCloseProbeTest {
    private static final String ANSWER = "HTTP/1.1 200 OK\r\n\r\nhello";
    private static final int STATUS_LINE_START = 9;

    private final ByteArrayEndPoint endPoint = new ByteArrayEndPoint(new byte[0], 64);
    private final HalfCloseProbe probe = probe(endPoint);

    @Test
    void itAsksWithTheFirstNineBytesOfEveryAnswerOneByOne() {
        List<Finding> findings = new ArrayList<>();
        List<Integer> delays = new ArrayList<>();
        for (int i = 1; i <= STATUS_LINE_START; i++) {
            Finding finding = probe.ask();
            findings.add(finding);
            if (finding == Finding.QUIET) delays.add(probe.nextDelayMillis());
            assertThat(endPoint.getOutputString()).isEqualTo(ANSWER.substring(0, i));
        }

        assertThat(findings.subList(0, 8)).containsOnly(Finding.QUIET);
        assertThat(findings.get(8)).isEqualTo(Finding.SPENT);
        assertThat(delays).containsExactly(0, 1, 4, 15, 60, 250, 1_000, 4_000);
        assertThat(probe.ask()).as("never a tenth byte").isEqualTo(Finding.SPENT);
        assertThat(endPoint.getOutputString()).isEqualTo("HTTP/1.1 ");
    }

    @Test
    void aWriteThatFailsMeansGone() {
        assertThat(probe.ask()).isEqualTo(Finding.QUIET);
        endPoint.close();

        assertThat(probe.ask()).isEqualTo(Finding.GONE);
    }

    @Test
    void aFullSendBufferEndsTheAskingAndItsByteStaysInTheAnswer() throws IOException {
        ByteArrayEndPoint narrow = new ByteArrayEndPoint(new byte[0], 2);
        HalfCloseProbe stuck = probe(narrow);
        assertThat(stuck.ask()).isEqualTo(Finding.QUIET);
        assertThat(stuck.ask()).isEqualTo(Finding.QUIET);

        assertThat(stuck.ask()).isEqualTo(Finding.SPENT);

        ByteBuffer answer = bytes(ANSWER);
        stuck.strip(answer);
        assertThat(narrow.getOutputString() + text(answer)).isEqualTo(ANSWER);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void whatWasWrittenIsLeftOutWhereverTheAnswerIsSplit(int asked) throws IOException {
        for (int first = 0; first <= ANSWER.length(); first++)
            for (int second = first; second <= ANSWER.length(); second++) {
                ByteArrayEndPoint wire = new ByteArrayEndPoint(new byte[0], 64);
                HalfCloseProbe asking = probe(wire);
                for (int i = 0; i < asked; i++) asking.ask();
                ByteBuffer a = bytes(ANSWER.substring(0, first));
                ByteBuffer b = bytes(ANSWER.substring(first, second));
                ByteBuffer c = bytes(ANSWER.substring(second));

                asking.strip(a, b, c);

                assertThat(wire.getOutputString() + text(a) + text(b) + text(c))
                        .as("asked %d, split at %d and %d", asked, first, second)
                        .isEqualTo(ANSWER);
            }
    }

    @Test
    void aSliceOfALargerBufferIsStrippedFromItsPosition() throws IOException {
        probe.ask();
        probe.ask();
        ByteBuffer answer = ByteBuffer.wrap(("xxxx" + ANSWER).getBytes(US_ASCII));
        answer.position(4);

        probe.strip(answer.asReadOnlyBuffer(), ByteBuffer.allocate(0));
        assertThat(answer.position()).as("the read-only view was moved, not this").isEqualTo(4);

        HalfCloseProbe other = probe(endPoint);
        other.ask();
        other.strip(answer);
        assertThat(answer.position()).isEqualTo(5);
    }

    @Test
    void onlyTheFirstAnswerIsStripped() throws IOException {
        probe.ask();
        probe.ask();
        probe.strip(bytes(ANSWER));

        ByteBuffer next = bytes(ANSWER);
        probe.strip(next);

        assertThat(text(next)).isEqualTo(ANSWER);
    }

    @Test
    void withoutAProbeAnythingMayFollow() throws IOException {
        ByteBuffer other = bytes("not HTTP");

        probe.strip(other);
        probe.strip();

        assertThat(text(other)).isEqualTo("not HTTP");
    }

    @ParameterizedTest
    @CsvSource({"1,GET", "6,HTTP/2.0", "9,HTTP/1.0 200", "2,hTTP", "9,HTTP/1.1-"})
    void anAnswerThatBeginsDifferentlyCannotBeSent(int asked, String answer) {
        for (int i = 0; i < asked; i++) probe.ask();

        assertThatIOException()
                .isThrownBy(() -> probe.strip(bytes(answer)))
                .withMessage("The answer does not begin with the probe that was sent");
    }

    @ParameterizedTest
    @CsvSource({"2,H", "9,HTTP/1.1", "5,HTTP"})
    void anAnswerThatIsShorterThanTheProbeCannotBeSent(int asked, String answer) {
        for (int i = 0; i < asked; i++) probe.ask();

        assertThatIOException()
                .isThrownBy(() -> probe.strip(ByteBuffer.allocate(0), bytes(answer)))
                .withMessage("The answer is shorter than the probe that was sent");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private static String text(ByteBuffer buffer) {
        return US_ASCII.decode(buffer.duplicate()).toString();
    }

    private static HalfCloseProbe probe(ByteArrayEndPoint endPoint) {
        return new HalfCloseProbe(endPoint, new Socket(endPoint), new HangUps(Duration.ZERO));
    }

    /** Takes what the endpoint takes. */
    private record Socket(ByteArrayEndPoint endPoint) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int before = bytes.remaining();
            endPoint.flush(bytes);
            return before - bytes.remaining();
        }

        @Override
        public boolean isOpen() {
            return endPoint.isOpen();
        }

        @Override
        public void close() {
            endPoint.close();
        }
    }
}
