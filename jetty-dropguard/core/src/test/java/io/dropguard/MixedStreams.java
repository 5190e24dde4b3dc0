package io.dropguard;

import io.dropguard.MixedApplication.Way;
import io.dropguard.MixedLedger.Fact;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;

/** An h2c client that resets streams: one after the other, on one session. Not thread-safe. */
final class MixedStreams {
    private final Random random;
    private final MixedLedger ledger;
    private final Session session;
    private final int port;

    MixedStreams(HTTP2Client client, int port, Random random, MixedLedger ledger) throws Exception {
        this.random = random;
        this.ledger = ledger;
        this.port = port;
        this.session =
                client.connect(
                                new InetSocketAddress("localhost", port),
                                new Session.Listener() {
                                    // the defaults will do
                                })
                        .get(10, TimeUnit.SECONDS);
    }

    void run(int number) throws Exception {
        Way way = Way.any(random);
        boolean body = way == Way.READ;
        boolean resets = random.nextBoolean();
        String uri =
                "http://localhost:%d/%s/%d/%d".formatted(port, way, random.nextInt(12), number);
        MetaData.Request request =
                new MetaData.Request(
                        body ? "POST" : "GET",
                        HttpURI.from(uri),
                        HttpVersion.HTTP_2,
                        HttpFields.EMPTY);
        Reader reader = new Reader(number, resets);
        Stream stream =
                session.newStream(new HeadersFrame(request, null, !body), reader)
                        .get(10, TimeUnit.SECONDS);
        if (body) {
            ByteBuffer half = ByteBuffer.allocate(1_000);
            stream.data(new DataFrame(stream.getId(), half, false)).get(10, TimeUnit.SECONDS);
            if (!resets) {
                ByteBuffer rest = ByteBuffer.allocate(1_000);
                stream.data(new DataFrame(stream.getId(), rest, true)).get(10, TimeUnit.SECONDS);
            }
        }
        if (resets) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(8_000)));
            int cancel = ErrorCode.CANCEL_STREAM_ERROR.code;
            stream.reset(new ResetFrame(stream.getId(), cancel), Callback.NOOP);
        } else if (!reader.ended.await(30, TimeUnit.SECONDS)) {
            ledger.add(number, Fact.UNANSWERED);
        }
    }

    void close() {
        session.close(ErrorCode.NO_ERROR.code, "done", Callback.NOOP);
    }

    private final class Reader implements Stream.Listener {
        private final CountDownLatch ended = new CountDownLatch(1);
        private final int number;
        private final boolean resets;

        Reader(int number, boolean resets) {
            this.number = number;
            this.resets = resets;
        }

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            stream.demand();
        }

        @Override
        public void onDataAvailable(Stream stream) {
            Stream.Data data = stream.readData();
            if (data != null) {
                boolean last = data.frame().isEndStream();
                data.release();
                if (last) {
                    // a reset may overtake the news that the answer was written: it gives it up
                    if (!resets) ledger.add(number, Fact.READ);
                    ended.countDown();
                    return;
                }
            }
            stream.demand();
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            ended.countDown(); // the server's: nothing is read, and the test finds it
            callback.succeeded();
        }
    }
}
