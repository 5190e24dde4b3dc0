package io.dropguard;

import io.dropguard.exchange.GuardedExchange;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.server.Request;

/** What the application got of one request. Confined to it until {@link #ended} is open. */
final class FuzzRead {
    final CountDownLatch ended = new CountDownLatch(1);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private boolean beganInterrupted;
    private String end = "";

    /** An interrupt that is there already must be this request's own: its client is lost. */
    void begin(Request request) {
        boolean interrupted = Thread.currentThread().isInterrupted(); // first: the loss precedes it
        boolean lost =
                GuardedExchange.find(request).filter(e -> e.token().isCancelled()).isPresent();
        beganInterrupted = interrupted && !lost;
    }

    void add(ByteBuffer content, int most) {
        byte[] taken = new byte[Math.min(content.remaining(), most)];
        content.get(taken);
        bytes.writeBytes(taken);
    }

    int length() {
        return bytes.size();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    boolean beganInterrupted() {
        return beganInterrupted;
    }

    void end(String how) {
        end = how;
        ended.countDown();
    }

    boolean isBeginningOf(byte[] body) {
        byte[] read = bytes();
        return read.length <= body.length
                && Arrays.equals(read, 0, read.length, body, 0, read.length);
    }

    /** What must be the same whoever serves. */
    String summary() {
        return end + ", " + length() + " bytes " + Arrays.hashCode(bytes());
    }
}
