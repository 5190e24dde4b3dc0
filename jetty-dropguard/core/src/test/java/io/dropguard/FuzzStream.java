package io.dropguard;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What one client sends, and when. Immutable.
 *
 * @param pieces one after the other, each after a pause; together the requests or a beginning of
 *     them
 * @param awaitInterim whether the client awaits an answer after the first piece: 100-continue
 */
record FuzzStream(
        long number,
        List<FuzzRequest> requests,
        List<Piece> pieces,
        boolean awaitInterim,
        Ending ending) {

    /** What the client does when it has sent everything. */
    enum Ending {
        /** Reads until the server closes. */
        OPEN,
        /** Says that it sends no more, and reads until the server closes. */
        HALF_CLOSE,
        CLOSE,
        RESET;

        /** Whether the client is there to read the answers. */
        boolean reads() {
            return this == OPEN || this == HALF_CLOSE;
        }
    }

    /**
     * @param pauseMicros before it is sent
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes them
    record Piece(byte[] bytes, int pauseMicros) {}

    int sent() {
        return pieces.stream().mapToInt(piece -> piece.bytes().length).sum();
    }

    boolean isTruncated() {
        return sent() < requests.stream().mapToInt(request -> request.bytes().length).sum();
    }

    /** The first request whose bytes were not all sent, or the number of requests. */
    int firstTruncated() {
        int sent = sent();
        int at = 0;
        while (at < requests.size() && (sent -= requests.get(at).bytes().length) >= 0) at++;
        return at;
    }

    /** Whether the server has read everything before it closes, and so closes in order. */
    boolean isOrderly() {
        int before = requests.size() - 1;
        for (FuzzRequest request : requests) if (request.loose() || request.flawed()) return false;
        return requests.subList(0, before).stream().noneMatch(FuzzRequest::last);
    }

    /** Smaller streams, of which one may still fail as this does. */
    List<FuzzStream> simpler() {
        List<FuzzStream> all = new ArrayList<>();
        if (!isTruncated())
            for (int drop = 0; drop < requests.size() - 1; drop++) {
                List<FuzzRequest> fewer = new ArrayList<>(requests);
                fewer.remove(drop);
                all.add(whole(fewer));
            }
        for (int at = awaitInterim ? 1 : 0; at + 1 < pieces.size(); at++) {
            List<Piece> fewer = new ArrayList<>(pieces);
            Piece first = fewer.get(at);
            Piece second = fewer.remove(at + 1);
            fewer.set(at, new Piece(join(first.bytes(), second.bytes()), first.pauseMicros()));
            all.add(new FuzzStream(number, requests, fewer, awaitInterim, ending));
        }
        return all;
    }

    private FuzzStream whole(List<FuzzRequest> fewer) {
        List<Piece> each = new ArrayList<>();
        for (FuzzRequest request : fewer) each.add(new Piece(request.bytes(), 2_000));
        return new FuzzStream(number, fewer, each, false, ending);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = new byte[first.length + second.length];
        System.arraycopy(first, 0, joined, 0, first.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("stream " + number + ", " + ending);
        if (awaitInterim) text.append(", awaits an answer after the first piece");
        for (FuzzRequest request : requests)
            text.append(
                    "\n  request %s %s, %d bytes, body %d%s%s"
                            .formatted(
                                    request.key(),
                                    request.way(),
                                    request.bytes().length,
                                    request.body().length,
                                    request.loose() ? ", loose" : "",
                                    request.last() ? ", last" : ""));
        for (Piece piece : pieces)
            text.append("\n  after ")
                    .append(piece.pauseMicros())
                    .append(" us: ")
                    .append(escape(piece.bytes()));
        return text.toString();
    }

    /** As a string literal; of a long one only its ends. */
    static String escape(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(bytes, StandardCharsets.ISO_8859_1).toCharArray())
            switch (c) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '\\' -> text.append("\\\\");
                default -> text.append(c < ' ' || c > '~' ? "\\x%02x".formatted((int) c) : c);
            }
        int length = text.length();
        return length < 4_000
                ? text.toString()
                : text.substring(0, 3_000) + " ... " + text.substring(length - 500);
    }
}
