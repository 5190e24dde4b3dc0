package io.dropguard.benchmarks.log;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Sends the same request again and again over a few connections. */
final class Load {
    private static final int CONNECTIONS = 4;
    private static final int LENGTH_OF_NAME = "content-length:".length();

    private Load() {}

    /** A request as a browser would send it, with a JSON body of so many bytes or none. */
    static byte[] request(int bodySize) {
        String head =
                (bodySize > 0 ? "POST" : "GET")
                        + " /orders/42?view=full&lang=en HTTP/1.1\r\n"
                        + "Host: localhost\r\n"
                        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0\r\n"
                        + "Accept: application/json, text/plain, */*\r\n"
                        + "Accept-Language: en-US,en;q=0.5\r\n"
                        + "Accept-Encoding: identity\r\n"
                        + "Cookie: session=0123456789abcdef\r\n"
                        + "Authorization: Bearer 0123456789abcdef\r\n";
        if (bodySize > 0)
            head += "Content-Type: application/json\r\nContent-Length: " + bodySize + "\r\n";
        return (head + "\r\n" + json(bodySize)).getBytes(StandardCharsets.US_ASCII);
    }

    private static String json(int size) {
        if (size == 0) return "";
        StringBuilder json = new StringBuilder("{\"items\":[");
        for (int i = 0; json.length() < size - 100; i++)
            json.append("{\"id\":").append(i).append(",\"name\":\"item ").append(i).append("\"},");
        json.append("0],\"note\":\"");
        return json.append("x".repeat(size - json.length() - 2)).append("\"}").toString();
    }

    /** Runs for so long, and returns how many requests were answered. */
    static long run(ExecutorService clients, int port, byte[] request, long nanos)
            throws Exception {
        long end = System.nanoTime() + nanos;
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) tasks.add(() -> connection(port, request, end));
        long sum = 0;
        for (Future<Long> task : clients.invokeAll(tasks)) sum += task.get();
        return sum;
    }

    private static long connection(int port, byte[] request, long end) throws IOException {
        long count = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (; System.nanoTime() - end < 0; count++) {
                socket.getOutputStream().write(request);
                answer(in);
            }
        }
        return count;
    }

    private static void answer(InputStream in) throws IOException {
        int length = 0;
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) throw new EOFException("the server closed");
            if (c == '\r') continue;
            if (c != '\n') {
                line.append((char) c);
                continue;
            }
            if (line.isEmpty()) break;
            if (line.toString().regionMatches(true, 0, "content-length:", 0, LENGTH_OF_NAME))
                length = Integer.parseInt(line.substring(LENGTH_OF_NAME).strip());
            line.setLength(0);
        }
        in.skipNBytes(length);
    }
}
