package io.dropguard;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Makes requests that a client may send, and some that it should not. Not thread-safe. */
final class FuzzRequestGenerator {
    /** Deliberately one that would be taken for a request if a byte were lost or doubled. */
    private static final String SMUGGLED =
            "GET /NOTHING/0/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static final String EOL = "\r\n";

    private enum Flaw {
        NONE,
        CHUNK_SIZE,
        LARGE_HEAD,
        GARBAGE,
        NO_HOST
    }

    private final Random random;

    FuzzRequestGenerator(Random random) {
        this.random = random;
    }

    FuzzRequest next(String key, boolean last) {
        Flaw flaw = chance(6) ? pick(Flaw.values()) : Flaw.NONE;
        if (flaw == Flaw.GARBAGE) return garbage(key);
        FuzzWay way = pick(FuzzWay.values());
        boolean hasBody = flaw == Flaw.CHUNK_SIZE || chance(50);
        String method = hasBody ? pick("POST", "PUT") : pick("GET", "GET", "HEAD");
        boolean old = chance(12) && flaw != Flaw.CHUNK_SIZE;
        boolean chunked = hasBody && !old && (flaw == Flaw.CHUNK_SIZE || random.nextBoolean());
        boolean expects = hasBody && !old && chance(15);
        boolean keepAlive = old && !last && random.nextBoolean();
        boolean closes = last || (old ? !keepAlive : chance(4));
        byte[] body = hasBody ? body() : new byte[0];

        int millis = chance(50) ? random.nextInt(9) : 0;
        StringBuilder head = new StringBuilder(method);
        head.append(" /").append(way).append('/').append(millis).append('/').append(key);
        if (chance(20)) head.append("?q=").append(random.nextInt(1000));
        head.append(old ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
        if (flaw != Flaw.NO_HOST) head.append("Host: localhost\r\n");
        for (int i = random.nextInt(3); i > 0; i--)
            head.append("X-").append(i).append(": ").append(token(random.nextInt(40))).append(EOL);
        if (flaw == Flaw.LARGE_HEAD)
            head.append("X-Large: ").append(token(9_000 + random.nextInt(8_000))).append(EOL);
        if (way == FuzzWay.HALF) head.append("X-Half: ").append(body.length / 2).append(EOL);
        if (closes && !old) head.append("Connection: close\r\n");
        if (keepAlive) head.append("Connection: keep-alive\r\n");
        if (expects) head.append("Expect: 100-continue\r\n");
        if (chunked) head.append("Transfer-Encoding: chunked\r\n");
        else if (hasBody) head.append("Content-Length: ").append(body.length).append(EOL);
        head.append(EOL);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        put(bytes, head.toString());
        int headLength = bytes.size();
        if (chunked) chunks(bytes, body, flaw == Flaw.CHUNK_SIZE);
        else bytes.writeBytes(body);
        // Jetty sends no 100-continue once it has seen content, and persists only if either was
        boolean unsure = expects && (body.length == 0 || flaw == Flaw.CHUNK_SIZE);
        // What never reaches the application is refused by one thread while another closes
        boolean refused = flaw == Flaw.LARGE_HEAD || (flaw == Flaw.NO_HOST && !old);
        boolean loose = unsure || refused || (hasBody && way.leavesBody());
        return new FuzzRequest(
                key,
                way,
                bytes.toByteArray(),
                headLength,
                body,
                expects,
                loose,
                closes || refused || flaw == Flaw.CHUNK_SIZE,
                refused || flaw == Flaw.CHUNK_SIZE);
    }

    private FuzzRequest garbage(String key) {
        byte[] bytes = new byte[1 + random.nextInt(200)];
        random.nextBytes(bytes);
        bytes[0] = 0; // never the beginning of a request, so always refused
        return new FuzzRequest(
                key, FuzzWay.NOTHING, bytes, bytes.length, new byte[0], false, true, true, true);
    }

    private byte[] body() {
        int length =
                switch (random.nextInt(10)) {
                    case 0 -> 0;
                    case 1 -> random.nextInt(40_000); // beyond all buffers and the read-ahead
                    case 2, 3 -> random.nextInt(4_000);
                    default -> random.nextInt(200);
                };
        byte[] body = new byte[length];
        random.nextBytes(body);
        byte[] decoy = SMUGGLED.getBytes(StandardCharsets.US_ASCII);
        if (chance(30) && length > decoy.length)
            System.arraycopy(
                    decoy, 0, body, random.nextInt(length - decoy.length + 1), decoy.length);
        return body;
    }

    private void chunks(ByteArrayOutputStream bytes, byte[] body, boolean spoil) {
        int spoilAt = spoil ? random.nextInt(body.length + 1) : Integer.MAX_VALUE;
        int at = 0;
        while (at < body.length) {
            int size = 1 + random.nextInt(Math.min(body.length - at, pickSize()));
            if (at + size > spoilAt) break;
            put(bytes, Integer.toHexString(size));
            if (chance(20)) put(bytes, ";" + token(1 + random.nextInt(5)) + "=\"v\"");
            put(bytes, EOL);
            bytes.write(body, at, size);
            put(bytes, EOL);
            at += size;
        }
        if (spoil) {
            put(bytes, pick("zz\r\n", "-1\r\n", "g\r\n"));
            return;
        }
        put(bytes, "0\r\n");
        for (int i = chance(40) ? 1 + random.nextInt(2) : 0; i > 0; i--)
            put(bytes, "X-Trailer-" + i + ": " + token(random.nextInt(30)) + EOL);
        put(bytes, EOL);
    }

    private int pickSize() {
        return chance(50) ? 20 : 5_000;
    }

    private String token(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) text.append((char) ('a' + random.nextInt(26)));
        return text.toString();
    }

    @SafeVarargs
    private <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private static void put(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
