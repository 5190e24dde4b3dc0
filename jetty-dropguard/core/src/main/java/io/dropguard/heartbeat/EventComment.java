package io.dropguard.heartbeat;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A comment line between server-sent events: at the beginning, and after an empty line, however the
 * application splits its writes. Lines end with LF, CR or CR LF. Confined to its response's lock.
 */
final class EventComment implements Heartbeat {
    private static final byte[] COMMENT = {':', '\n', '\n'};

    //  BOUNDARY ──byte──▶ IN_LINE ──LF──▶ LINE_START ──LF──▶ BOUNDARY
    //  A CR ends a line as well, but the LF of a CR LF may be in the next write.
    private enum State {
        BOUNDARY,
        IN_LINE,
        LINE_START,
        LINE_START_AFTER_CR,
        BOUNDARY_AFTER_CR
    }

    private State state = State.BOUNDARY;

    @Override
    public byte @Nullable [] bytes() {
        return state == State.BOUNDARY || state == State.BOUNDARY_AFTER_CR ? COMMENT : null;
    }

    @Override
    public void sent(ByteBuffer content) {
        for (int i = content.position(); i < content.limit(); i++) state = next(content.get(i));
    }

    private State next(byte b) {
        boolean atLineStart = state != State.IN_LINE;
        if (b == '\n') {
            if (state == State.LINE_START_AFTER_CR) return State.LINE_START;
            return atLineStart ? State.BOUNDARY : State.LINE_START;
        }
        if (b == '\r') return atLineStart ? State.BOUNDARY_AFTER_CR : State.LINE_START_AFTER_CR;
        return State.IN_LINE;
    }

    @Override
    public boolean goesBetween() {
        return true;
    }

    @Override
    public String failure(String json) {
        return "event: problem\ndata: " + json + "\n\n";
    }
}
