package io.dropguard.exchange;

import static io.dropguard.exchange.WaitFixture.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.dropguard.cancel.Deadline;
import io.dropguard.cancel.Ticker;
import io.dropguard.exchange.WaitFixture.Application;
import io.dropguard.exchange.WaitFixture.Wire;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadlineRaceTest {
    /** Over each protocol: 10,000 together. */
    private static final int RACES = 5_000;

    private static final int WAITING = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(3);

    @ParameterizedTest
    @EnumSource(Wire.class)
    void applicationAndDeadlineGiveOneAnswer(Wire wire) throws Exception {
        Application racing =
                (request, response, callback) -> {
                    GuardedExchange exchange = GuardedExchange.of(request);
                    long begin = exchange.beginNanos();
                    Duration limit = Duration.ofMillis(2);
                    exchange.setDeadline(Deadline.from(begin, limit, Ticker.system()));
                    while (System.nanoTime() - begin < limit.toNanos()) Thread.onSpinWait();
                    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain");
                    response.write(true, bytes("application"), callback);
                };
        Answers answers = new Answers();
        try (WaitFixture fixture = new WaitFixture(policy -> {}, racing)) {
            for (int i = 0; i < RACES; i++) {
                assertThat(answers.atOnce.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
                fixture.request(wire, "/").send(answers.next());
            }
            assertThat(answers.all.await(20, TimeUnit.SECONDS)).isTrue();
            fixture.awaitQuiet();
        }
        System.out.printf(
                "%s: %s answers of applications, %s of the guard%n",
                wire, answers.applications, answers.guards);
        assertThat(answers.others).hasValue(0);
        assertThat(answers.applications.get() + answers.guards.get()).isEqualTo(RACES);
        assertThat(answers.guards).hasPositiveValue();
    }

    private static final class Answers {
        final Semaphore atOnce = new Semaphore(8);
        final CountDownLatch all = new CountDownLatch(RACES);
        final AtomicInteger applications = new AtomicInteger();
        final AtomicInteger guards = new AtomicInteger();
        final AtomicInteger others = new AtomicInteger();

        BufferingResponseListener next() {
            return new BufferingResponseListener() {
                @Override
                public void onComplete(Result result) {
                    count(result, getContentAsString()).incrementAndGet();
                    atOnce.release();
                    all.countDown();
                }
            };
        }

        private AtomicInteger count(Result result, String text) {
            if (result.isFailed()) return others;
            int status = result.getResponse().getStatus();
            if (status == 200 && text.equals("application")) return applications;
            return status == 503 && text.endsWith("expired\"}") ? guards : others;
        }
    }

    @Test
    void aThousandAtOnceAreAllAnsweredAndNoneEarly() throws Exception {
        Application waiting = (request, response, callback) -> {}; // nobody works for them
        long[] late = new long[WAITING];
        try (WaitFixture fixture =
                        new WaitFixture(policy -> policy.responseDeadline(LIMIT), waiting);
                Selector selector = Selector.open()) {
            SocketChannel[] clients = new SocketChannel[WAITING];
            for (int i = 0; i < WAITING; i++)
                clients[i] =
                        SocketChannel.open(
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(),
                                        fixture.connector.getLocalPort()));
            for (SocketChannel client : clients) {
                long sent = System.nanoTime(); // before: the machine may pause in between
                client.write(
                        ByteBuffer.wrap(
                                "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII)));
                client.configureBlocking(false);
                client.register(selector, SelectionKey.OP_READ, sent);
            }
            for (int answered = 0; answered < WAITING; ) {
                assertThat(selector.select(20_000)).isPositive();
                for (SelectionKey key : selector.selectedKeys()) {
                    long due = (Long) key.attachment() + LIMIT.toNanos();
                    late[answered++] = System.nanoTime() - due;
                    key.cancel();
                }
                selector.selectedKeys().clear();
            }
            for (SocketChannel client : clients) {
                ByteBuffer read = ByteBuffer.allocate(1_024);
                client.read(read);
                assertThat(new String(read.array(), StandardCharsets.UTF_8))
                        .startsWith("HTTP/1.1 503 ");
                client.close();
            }
            fixture.awaitQuiet();
        }
        Arrays.sort(late);
        assertThat(late[0]).as("none is early").isGreaterThan(-TimeUnit.MILLISECONDS.toNanos(2));
    }
}
