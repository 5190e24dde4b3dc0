package io.dropguard.it.ending;

import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.testkit.RawClient;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that all send a POST together, again and again: each time a server's idle timeout after
 * its last answer, give or take some milliseconds.
 *
 * @param posts how many were sent
 * @param lost the paths of those that the proxy answered with 502 or, as HAProxy does, not at all,
 *     and of those that the server answered with 500, as bare Jetty does whose idle timeout strikes
 *     when it has begun to read; each has one of its own
 */
record TimedPosts(int posts, Set<String> lost) {
    private static final int CLIENTS = 8;

    private static final String POST =
            "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi";

    static TimedPosts send(int port, Duration idle, Duration time) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            for (int i = 0; i < CLIENTS; i++) clients.add(RawClient.connect(port));
            int posts = 0;
            Set<String> lost = new HashSet<>();
            long end = System.nanoTime() + time.toNanos();
            for (int round = 0; System.nanoTime() - end < 0; round++) {
                List<Future<Boolean>> answers = new ArrayList<>();
                for (int i = 0; i < CLIENTS; i++) {
                    RawClient client = clients.get(i);
                    String path = path(round, i);
                    answers.add(threads.submit(() -> isAnswered(client, path)));
                }
                for (int i = 0; i < CLIENTS; i++) {
                    posts++;
                    if (answers.get(i).get()) continue;
                    lost.add(path(round, i));
                    clients.get(i).close();
                    clients.set(i, RawClient.connect(port));
                }
                // from 3 ms before to 4 ms after
                waitUntil(System.nanoTime() + idle.toNanos() + (round % 8 - 3) * 1_000_000L);
            }
            return new TimedPosts(posts, lost);
        } finally {
            threads.shutdownNow();
            clients.forEach(RawClient::close);
        }
    }

    private static String path(int round, int client) {
        return "/" + round + "/" + client;
    }

    private static boolean isAnswered(RawClient client, String path) throws IOException {
        String head;
        try {
            head = client.send(POST.formatted(path)).readHead();
        } catch (EOFException closed) {
            return false;
        }
        if (head.startsWith("HTTP/1.1 502") || head.startsWith("HTTP/1.1 500")) return false;
        if (!head.startsWith("HTTP/1.1 200")) throw new IOException("answered: " + head);
        assertThat(client.read(2)).asString().isEqualTo("hi");
        return true;
    }

    private static void waitUntil(long nanos) {
        for (long left; (left = nanos - System.nanoTime()) > 0; )
            if (left > 2_000_000) LockSupport.parkNanos(left - 2_000_000);
            else Thread.onSpinWait();
    }
}
