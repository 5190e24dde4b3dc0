package io.dropguard.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.SplittableRandom;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.util.BufferUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private final Wire wire = new Wire();

    @AfterEach
    void thePoolHasEverythingBack() {
        assertThat(pool.getLeaks()).as(pool.dumpLeaks()).isEmpty();
    }

    @Test
    void withoutBytesItHoldsNoBuffer() throws IOException {
        ReadAhead ahead = new ReadAhead(pool, 8);

        assertThat(ahead.readFrom(wire)).isZero();

        assertThat(ahead.isEmpty()).isTrue();
        assertThat(ahead.isFull()).isFalse();
        assertThat(pool.getLeaks()).isEmpty();
        assertThat(ahead.drainTo(target(8))).isZero();
    }

    @Test
    void theEndIsToldBehindTheBytes() throws IOException {
        ReadAhead ahead = new ReadAhead(pool, 8);
        wire.send(1, 2, 3);
        wire.end();

        assertThat(ahead.readFrom(wire)).isEqualTo(3);
        assertThat(ahead.readFrom(wire)).isEqualTo(-1);

        assertThat(drain(ahead, 8)).containsExactly(1, 2, 3);
        assertThat(ahead.readFrom(wire)).isEqualTo(-1);
        assertThat(ahead.isEmpty()).isTrue();
    }

    @Test
    void itTakesNoMoreThanItsLimitThoughThePoolGivesLargerBuffers() throws IOException {
        ReadAhead ahead = new ReadAhead(pool, 5);
        wire.send(1, 2, 3, 4, 5, 6, 7);

        assertThat(ahead.readFrom(wire)).isEqualTo(5);
        assertThat(ahead.isFull()).isTrue();
        assertThat(ahead.readFrom(wire)).isZero();
        assertThat(wire.left()).isEqualTo(2);

        assertThat(drain(ahead, 2)).containsExactly(1, 2);
        assertThat(ahead.isFull()).isFalse();
        assertThat(ahead.readFrom(wire)).isEqualTo(2);
        assertThat(ahead.isFull()).isTrue();
        assertThat(drain(ahead, 9)).containsExactly(3, 4, 5, 6, 7);
    }

    @Test
    void theBufferGoesBackAsSoonAsItIsDrained() throws IOException {
        ReadAhead ahead = new ReadAhead(pool, 8);
        wire.send(1, 2, 3);
        ahead.readFrom(wire);
        assertThat(pool.getLeaks()).hasSize(1);

        assertThat(drain(ahead, 2)).containsExactly(1, 2);
        assertThat(ahead.isEmpty()).isFalse();
        assertThat(pool.getLeaks()).hasSize(1);

        assertThat(drain(ahead, 2)).containsExactly(3);
        assertThat(ahead.isEmpty()).isTrue();
        assertThat(pool.getLeaks()).isEmpty();
    }

    @Test
    void releasingForgetsTheBytesAndMayBeRepeated() throws IOException {
        ReadAhead ahead = new ReadAhead(pool, 8);
        wire.send(1, 2, 3);
        ahead.readFrom(wire);

        ahead.release();
        ahead.release();

        assertThat(ahead.isEmpty()).isTrue();
        assertThat(pool.getLeaks()).isEmpty();
        assertThat(ahead.drainTo(target(8))).isZero();
    }

    @Test
    void aResetKeepsTheBytesThatCameBeforeIt() throws IOException {
        ReadAhead ahead = new ReadAhead(pool, 8);
        wire.send(1, 2, 3);
        ahead.readFrom(wire);
        wire.fail(new IOException("Connection reset"));

        assertThatThrownBy(() -> ahead.readFrom(wire)).hasMessage("Connection reset");

        assertThat(drain(ahead, 8)).containsExactly(1, 2, 3);
    }

    @Test
    void aResetOfAnEmptyOneHoldsNoBuffer() {
        ReadAhead ahead = new ReadAhead(pool, 8);
        wire.fail(new IOException("Connection reset"));

        assertThatThrownBy(() -> ahead.readFrom(wire)).hasMessage("Connection reset");

        assertThat(ahead.isEmpty()).isTrue();
        assertThat(pool.getLeaks()).isEmpty();
    }

    @Test
    void whatIsInTheTargetAlreadyStaysInFront() throws IOException {
        ReadAhead ahead = new ReadAhead(pool, 8);
        wire.send(3, 4);
        ahead.readFrom(wire);
        ByteBuffer target = target(8);
        BufferUtil.append(target, new byte[] {1, 2}, 0, 2);

        assertThat(ahead.drainTo(target)).isEqualTo(2);

        assertThat(BufferUtil.toArray(target)).containsExactly(1, 2, 3, 4);
    }

    /** Ten thousand random lives, against a queue of bytes as the model. */
    @Test
    void bytesComeOutInTheirOrderWhateverIsDoneInWhateverOrder() throws IOException {
        long base = System.nanoTime();
        for (int run = 0; run < 10_000; run++) {
            long seed = base + run;
            try {
                liveOneLife(new SplittableRandom(seed));
            } catch (AssertionError | RuntimeException wrong) {
                throw new AssertionError("seed " + seed, wrong);
            }
        }
    }

    private void liveOneLife(SplittableRandom random) throws IOException {
        int limit = random.nextInt(1, 40);
        ReadAhead ahead = new ReadAhead(pool, limit);
        Wire from = new Wire();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        int held = 0;
        for (int step = random.nextInt(60); step > 0; step--) {
            switch (random.nextInt(3)) {
                case 0 -> {
                    byte[] some = new byte[random.nextInt(30)];
                    random.nextBytes(some);
                    from.send(some);
                    sent.writeBytes(some);
                }
                case 1 -> {
                    int expected = Math.min(from.left(), limit - held);
                    int read = ahead.readFrom(from);
                    check(read == expected, "read", read, expected);
                    held += read;
                }
                default -> {
                    byte[] out = drain(ahead, random.nextInt(20));
                    received.writeBytes(out);
                    held -= out.length;
                }
            }
            check(ahead.isEmpty() == (held == 0), "empty", ahead.isEmpty(), held);
            check(ahead.isFull() == (held == limit), "full", ahead.isFull(), held);
            int buffers = pool.getLeaks().size();
            check(buffers == (held == 0 ? 0 : 1), "buffers", buffers, held);
        }
        if (random.nextInt(4) == 0) {
            ahead.release(); // a connection that closes with bytes unread
            return;
        }
        while (held > 0 || from.left() > 0) {
            byte[] out = drain(ahead, 7);
            received.writeBytes(out);
            held += ahead.readFrom(from) - out.length;
        }
        assertThat(received.toByteArray()).isEqualTo(sent.toByteArray());
    }

    private static void check(boolean holds, String what, Object actual, Object model) {
        if (!holds) throw new AssertionError(what + ": " + actual + " (model: " + model + ")");
    }

    private static byte[] drain(ReadAhead ahead, int most) {
        ByteBuffer target = target(most);
        int moved = ahead.drainTo(target);
        byte[] bytes = BufferUtil.toArray(target);
        assertThat(bytes).hasSize(moved);
        return bytes;
    }

    /** Empty, in flush mode, as Jetty hands them to fill(). */
    private static ByteBuffer target(int capacity) {
        return BufferUtil.allocate(capacity);
    }

    /** A non-blocking channel that gives what was sent to it. */
    private static final class Wire implements ReadableByteChannel {
        private final Queue<Byte> bytes = new ArrayDeque<>();
        private boolean ended;
        private IOException failure;

        void send(int... values) {
            for (int value : values) bytes.add((byte) value);
        }

        void send(byte[] values) {
            for (byte value : values) bytes.add(value);
        }

        void end() {
            ended = true;
        }

        void fail(IOException thrown) {
            failure = thrown;
        }

        int left() {
            return bytes.size();
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (failure != null) throw failure;
            if (bytes.isEmpty()) return ended ? -1 : 0;
            int read = 0;
            while (into.hasRemaining() && !bytes.isEmpty()) {
                into.put(bytes.remove());
                read++;
            }
            return read;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            ended = true;
        }
    }
}
