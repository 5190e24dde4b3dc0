package io.dropguard;

import io.dropguard.FuzzStream.Ending;
import io.dropguard.FuzzStream.Piece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Plays a stream to a server, on the calling thread. */
final class FuzzClient {
    /** 15 s: a hundred times what a stream takes on a busy machine. */
    private static final int PATIENCE_MILLIS = 15_000;

    private FuzzClient() {}

    /**
     * @param bytes what the server sent
     * @param cut whether more may have been sent: TLS gives up reading once a write has failed
     * @param problem what must never happen
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares or changes them
    record Answer(byte[] bytes, boolean cut, @Nullable String problem) {}

    static Answer play(FuzzStream stream, FuzzServer server) throws IOException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        boolean cut = false;
        try (Socket socket = server.connect()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            try {
                send(stream, socket, received);
                if (stream.ending() == Ending.HALF_CLOSE) socket.shutdownOutput();
            } catch (SocketTimeoutException silent) {
                return new Answer(received.toByteArray(), false, "no 100-continue");
            } catch (IOException closedBeforeAllWasSent) { // it has refused an earlier request
                cut = server.isSecure();
            }
            if (!stream.ending().reads()) {
                if (stream.ending() == Ending.RESET) socket.setSoLinger(true, 0);
                return new Answer(received.toByteArray(), true, null);
            }
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8192];
            try {
                int read;
                while ((read = in.read(buffer)) >= 0) received.write(buffer, 0, read);
            } catch (SocketTimeoutException silent) {
                return new Answer(received.toByteArray(), false, "neither answered nor closed");
            } catch (
                    IOException reset) { // it has closed with unread input, after all it had to say
                cut |= server.isSecure();
            }
        }
        return new Answer(received.toByteArray(), cut, null);
    }

    private static void send(FuzzStream stream, Socket socket, ByteArrayOutputStream received)
            throws IOException {
        OutputStream out = socket.getOutputStream();
        boolean await = stream.awaitInterim();
        for (Piece piece : stream.pieces()) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(piece.pauseMicros()));
            out.write(piece.bytes());
            if (await) {
                int first = socket.getInputStream().read();
                if (first >= 0) received.write(first);
            }
            await = false;
        }
    }
}
