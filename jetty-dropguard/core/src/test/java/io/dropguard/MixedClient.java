package io.dropguard;

import io.dropguard.MixedApplication.Way;
import io.dropguard.MixedLedger.Fact;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** HTTP/1.1 clients that leave in many ways. Not thread-safe. */
final class MixedClient {
    /** What the client does with its connection. */
    enum Leaving {
        /** When it has read all answers. */
        AFTER_ALL,
        /** As that, but it says beforehand that it sends no more. */
        HALF_CLOSED,
        AFTER_FIRST,
        AFTER_FIRST_BYTE,
        BEFORE_ANSWER,
        MID_BODY;

        private static final List<Leaving> ALL = List.of(values());
    }

    private static final int PATIENCE_MILLIS = 30_000;

    private final Random random;
    private final MixedLedger ledger;

    MixedClient(Random random, MixedLedger ledger) {
        this.random = random;
        this.ledger = ledger;
    }

    /** Sends the requests from {@code first} on, and leaves; closes the socket. */
    void run(Socket connected, boolean secure, int first, int count) throws IOException {
        Leaving leaving = leaving(secure);
        boolean pipelined = random.nextBoolean();
        try (Socket socket = connected) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            if (random.nextInt(3) == 0 && leaving != Leaving.HALF_CLOSED)
                socket.setSoLinger(true, 0); // closing sends RST
            ByteArrayOutputStream requests = new ByteArrayOutputStream();
            for (int i = 0; i < count; i++) {
                boolean last = i == count - 1;
                requests.writeBytes(request(first + i, last && leaving == Leaving.MID_BODY));
                if (pipelined && !last) continue;
                socket.getOutputStream().write(requests.toByteArray());
                requests.reset();
                if (!pipelined && !last) read(socket, first + i, 1);
            }
            int awaited = pipelined ? count : 1;
            leave(socket, leaving, first + count - awaited, awaited);
        }
    }

    private Leaving leaving(boolean secure) {
        if (random.nextInt(3) == 0) return Leaving.AFTER_ALL;
        Leaving leaving = Leaving.ALL.get(random.nextInt(Leaving.ALL.size()));
        // Under TLS a client that half-closes counts as lost
        return secure && leaving == Leaving.HALF_CLOSED ? Leaving.BEFORE_ANSWER : leaving;
    }

    private void leave(Socket socket, Leaving leaving, int first, int awaited) throws IOException {
        switch (leaving) {
            case AFTER_ALL -> read(socket, first, awaited);
            case HALF_CLOSED -> {
                socket.shutdownOutput();
                read(socket, first, awaited);
            }
            case AFTER_FIRST -> read(socket, first, 1);
            case AFTER_FIRST_BYTE -> {
                if (socket.getInputStream().read() < 0) ledger.add(first, Fact.UNANSWERED);
            }
            case BEFORE_ANSWER, MID_BODY ->
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(8_000)));
        }
    }

    private void read(Socket socket, int first, int answers) throws IOException {
        InputStream in = socket.getInputStream();
        for (int i = 0; i < answers; i++) {
            int next;
            do next = in.read();
            while (next >= 0 && next != MixedApplication.END);
            ledger.add(first + i, next < 0 ? Fact.UNANSWERED : Fact.READ);
            if (next < 0) return;
        }
    }

    private byte[] request(int number, boolean breaksOff) {
        Way way = breaksOff ? Way.READ : Way.any(random);
        int body = way == Way.READ ? 1 + random.nextInt(3_000) : 0;
        String head =
                "%s /%s/%d/%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                        .formatted(
                                body == 0 ? "GET" : "POST", way, random.nextInt(12), number, body);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(new byte[breaksOff ? body / 2 : body]);
        return bytes.toByteArray();
    }
}
