package io.dropguard.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dropguard.heartbeat.RecordStreams;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.QuietException;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * An application that does random things in a legal order: it writes only when its last write has
 * called back. Confined to one thread at a time.
 */
final class ScriptedApplication {
    enum Op {
        TYPE,
        STATUS,
        HEADER,
        RESET,
        FLUSH,
        EARLY_HINTS,
        WRITE,
        LAST,
        COMPLETE,
        FAIL,
        ERROR_PAGE,
        THROW,
        DECLINE
    }

    private static final List<String> TYPES =
            List.of(
                    "application/json",
                    "text/html",
                    "text/event-stream",
                    "application/x-ndjson",
                    "application/json-seq",
                    "text/plain");

    final String contentType;
    final Deque<Op> script = new ArrayDeque<>();
    final List<ByteBuffer> handedDown = new ArrayList<>(); // and not refused
    final StringBuilder issued = new StringBuilder();
    final AtomicInteger outstanding = new AtomicInteger(); // callbacks of writes
    volatile Throwable refused; // what a write failed with
    volatile boolean succeeded;
    volatile boolean failed;
    volatile boolean lastGiven;
    int status; // as it may still be changed
    String header;
    private final Deque<String> pieces = new ArrayDeque<>();
    private final Runnable onWritten;
    private Response response;
    private Callback callback;

    ScriptedApplication(Random random, Runnable onWritten) {
        this.onWritten = onWritten;
        contentType = TYPES.get(random.nextInt(TYPES.size()));
        String body =
                switch (contentType) {
                    case "application/json" -> "{\"n\":" + random.nextInt() + "}";
                    case "text/html", "text/plain" -> "<p>" + random.nextInt();
                    default -> RecordStreams.next(contentType, random);
                };
        Op end =
                switch (random.nextInt(12)) {
                    case 0 -> Op.FAIL;
                    case 1 -> Op.ERROR_PAGE;
                    case 2 -> Op.THROW;
                    case 3 -> Op.DECLINE;
                    default -> Op.COMPLETE;
                };
        if (random.nextInt(8) > 0) script.add(Op.TYPE);
        addHeaderOps(random, 3);
        if (end == Op.COMPLETE || (end == Op.FAIL && random.nextBoolean())) {
            boolean last = random.nextBoolean();
            for (int at = 0; at < body.length(); ) {
                int to = Math.min(body.length(), at + 1 + random.nextInt(body.length()));
                pieces.add(body.substring(at, to));
                at = to;
                if (random.nextInt(3) == 0) script.add(Op.FLUSH);
                if (random.nextInt(4) == 0) addHeaderOps(random, 2);
                script.add(last && at == body.length() ? Op.LAST : Op.WRITE);
            }
        }
        script.add(end);
        if (random.nextInt(10) == 0) script.add(random.nextBoolean() ? Op.COMPLETE : Op.FAIL);
    }

    private void addHeaderOps(Random random, int most) {
        for (int i = random.nextInt(most); i > 0; i--) {
            Op op =
                    List.of(Op.STATUS, Op.HEADER, Op.HEADER, Op.RESET, Op.EARLY_HINTS)
                            .get(random.nextInt(5));
            script.add(op);
            if (op == Op.RESET) script.add(Op.TYPE);
        }
    }

    void begin(Response given, Callback toCall) {
        response = given;
        callback = toCall;
    }

    /** Whether it has something to do now. */
    boolean isReady() {
        return !script.isEmpty() && outstanding.get() == 0;
    }

    /** Whether the next step is one that only a handler can do. */
    boolean isHandlersNext() {
        Op next = script.peek();
        return next == Op.THROW || next == Op.DECLINE;
    }

    void step() {
        Op op = script.remove();
        try {
            run(op);
        } catch (IllegalStateException tooLate) {
            script.clear();
            fail(tooLate);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // its end is counted, whatever it is
    private void run(Op op) {
        switch (op) {
            case TYPE -> response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
            case STATUS -> {
                if (!response.isCommitted()) status = 201;
                response.setStatus(201);
            }
            case HEADER -> {
                String value = "h" + script.size();
                if (!response.isCommitted()) header = value;
                response.getHeaders().put("X-App", value);
            }
            case RESET -> {
                response.reset();
                status = 0;
                header = null;
            }
            case EARLY_HINTS -> {
                outstanding.incrementAndGet();
                response.writeInterim(103, HttpFields.EMPTY)
                        .whenComplete(
                                (sent, failure) -> {
                                    outstanding.decrementAndGet();
                                    onWritten.run();
                                });
            }
            case FLUSH -> write(false, "", null);
            case WRITE -> write(false, pieces.remove(), null);
            case LAST -> write(true, pieces.remove(), null);
            case COMPLETE -> succeed();
            case FAIL -> fail(new IllegalArgumentException("the application's"));
            case ERROR_PAGE -> {
                if (response.isCommitted()) throw new IllegalStateException("Committed");
                response.reset();
                header = null;
                status = 404;
                response.setStatus(404);
                write(true, "not found", callback);
            }
            default -> throw new AssertionError(op);
        }
    }

    private void succeed() {
        if (!failed) succeeded = true;
        callback.succeeded();
    }

    private void fail(Throwable failure) {
        if (!succeeded) failed = true;
        callback.failed(new QuietException.RuntimeException(failure)); // 100,000 are not news
    }

    private void write(boolean last, String text, Callback end) {
        ByteBuffer buffer = ByteBuffer.wrap(text.getBytes(UTF_8));
        outstanding.incrementAndGet();
        lastGiven |= last;
        issued.append(text);
        handedDown.add(buffer);
        response.write(
                last,
                buffer,
                Callback.from(() -> written(end, null), failure -> written(end, failure)));
    }

    private void written(Callback end, Throwable failure) {
        if (failure != null) refused = failure;
        if (outstanding.decrementAndGet() < 0) refused = new AssertionError("called back twice");
        if (failure != null) {
            script.clear();
            fail(failure);
        } else if (end != null) succeed();
        onWritten.run();
    }
}
