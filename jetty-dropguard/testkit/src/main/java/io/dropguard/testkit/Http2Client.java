package io.dropguard.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** A client of one HTTP/2 connection that shows its streams. */
public final class Http2Client implements TestClient {
    /** 20 s: a test that waits longer has failed. */
    private static final int TIMEOUT_SECONDS = 20;

    private static @Nullable HTTP2Client shared; // guarded by the class; its threads are daemons
    private static SslContextFactory.@Nullable Client trusting; // guarded by the class

    private final Session session;
    private final BlockingQueue<Integer> goAways;
    private final String origin;
    private @Nullable Stream last;
    private CompletableFuture<String> lastBody = new CompletableFuture<>();

    private Http2Client(Session session, BlockingQueue<Integer> goAways, String origin) {
        this.session = session;
        this.goAways = goAways;
        this.origin = origin;
    }

    public static Http2Client connect(Protocol protocol, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        HTTP2Client client = client();
        BlockingQueue<Integer> goAways = new LinkedBlockingQueue<>();
        Session.Listener listener =
                new Session.Listener() {
                    @Override
                    public void onGoAway(Session session, GoAwayFrame frame) {
                        goAways.add(frame.getLastStreamId());
                    }
                };
        Session session =
                await(
                        protocol.isSecure()
                                ? client.connect(trustEverybody(client), address, listener)
                                : client.connect(address, listener));
        return new Http2Client(
                session,
                goAways,
                (protocol.isSecure() ? "https" : "http") + "://localhost:" + port);
    }

    private static synchronized HTTP2Client client() {
        HTTP2Client existing = shared;
        if (existing != null) return existing;
        HTTP2Client created = new HTTP2Client();
        QueuedThreadPool threads = new QueuedThreadPool();
        threads.setDaemon(true);
        created.setExecutor(threads);
        created.setSelectors(1);
        try {
            created.start();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
        shared = created;
        return created;
    }

    private static synchronized SslContextFactory.Client trustEverybody(HTTP2Client client) {
        SslContextFactory.Client existing = trusting;
        if (existing != null) return existing;
        SslContextFactory.Client tls = new SslContextFactory.Client(true);
        tls.setEndpointIdentificationAlgorithm(null);
        try {
            tls.start();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
        client.addBean(tls); // stopped with it
        trusting = tls;
        return tls;
    }

    @Override
    public void get(String target) throws IOException {
        open("GET", target, true, new BodyOf(anew()));
    }

    /** Sends a HEAD. */
    public void head(String target) throws IOException {
        open("HEAD", target, true, new BodyOf(anew()));
    }

    /** Sends a GET and reads nothing of its answer's body, so that a large one gets stuck. */
    public void getUnread(String target) throws IOException {
        open("GET", target, true, new Unread());
    }

    /** Begins a request whose body {@link #data} sends. */
    public void post(String target) throws IOException {
        open("POST", target, false, new BodyOf(anew()));
    }

    private CompletableFuture<String> anew() {
        lastBody = new CompletableFuture<>();
        return lastBody;
    }

    private void open(String method, String target, boolean last, Stream.Listener listener)
            throws IOException {
        MetaData.Request request =
                new MetaData.Request(
                        method,
                        HttpURI.from(origin + target),
                        HttpVersion.HTTP_2,
                        HttpFields.EMPTY);
        this.last = await(session.newStream(new HeadersFrame(request, null, last), listener));
    }

    /** Sends a part of the request's body. */
    public void data(String content, boolean last) throws IOException {
        Stream stream = stream();
        ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        await(stream.data(new DataFrame(stream.getId(), bytes, last)));
    }

    @Override
    public String body() throws IOException {
        return await(lastBody);
    }

    @Override
    public void leave(Departure departure) throws IOException {
        switch (departure) {
            case FIN -> close();
            case RST -> {
                ((SocketChannel) wire().getTransport())
                        .setOption(StandardSocketOptions.SO_LINGER, 0);
                close();
            }
            case STREAM_RESET -> reset();
            case GO_AWAY -> {
                Callback.Completable said = new Callback.Completable();
                session.close(ErrorCode.NO_ERROR.code, "leaving", said);
                await(said);
                close();
            }
        }
    }

    /**
     * The last stream that the server will answer, as the next of its GOAWAYs says: the highest
     * there can be if it only says that it will end.
     */
    public int goAway() throws IOException {
        try {
            Integer next = goAways.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (next == null) throw new IOException("no GOAWAY in " + TIMEOUT_SECONDS + " s");
            return next;
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    /** How many of them have come that were not asked for. */
    public int goAwaysWaiting() {
        return goAways.size();
    }

    /** The number of the last request's stream. */
    public int streamId() {
        return stream().getId();
    }

    /** Resets the last stream. */
    public void reset() throws IOException {
        Callback.Completable sent = new Callback.Completable();
        stream().reset(new ResetFrame(stream().getId(), ErrorCode.CANCEL_STREAM_ERROR.code), sent);
        await(sent);
    }

    private Stream stream() {
        Stream stream = last;
        if (stream == null) throw new IllegalStateException("no stream (expected: get or post)");
        return stream;
    }

    /** Beneath HTTP/2 and TLS. */
    private EndPoint wire() {
        Object wire = ((HTTP2Session) session).getEndPoint();
        while (wire instanceof EndPoint endPoint) {
            Object beneath = endPoint.getTransport();
            if (beneath instanceof SocketChannel) return endPoint;
            wire = beneath;
        }
        throw new IllegalStateException("wire: " + wire + " (expected: EndPoint)");
    }

    @Override
    public void close() {
        wire().close(); // through the selector, which keeps the socket open until it looks again
    }

    private static <T> T await(Future<T> future) throws IOException {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        } catch (TimeoutException | InterruptedException failed) {
            throw new IOException(failed);
        }
    }

    /** Demands nothing, so that the window of its stream is used up. */
    private static final class Unread implements Stream.Listener {
        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {}
    }

    /** Collects the body of one answer. */
    private static final class BodyOf implements Stream.Listener {
        private final CompletableFuture<String> whole;
        private final StringBuilder body = new StringBuilder(); // one callback at a time

        BodyOf(CompletableFuture<String> whole) {
            this.whole = whole;
        }

        @Override
        public void onHeaders(Stream stream, HeadersFrame frame) {
            if (frame.isEndStream()) whole.complete(body.toString()); // with trailers
            else stream.demand();
        }

        @Override
        public void onDataAvailable(Stream stream) {
            Stream.Data data = stream.readData();
            if (data == null) {
                stream.demand();
                return;
            }
            body.append(StandardCharsets.UTF_8.decode(data.frame().getByteBuffer()));
            boolean end = data.frame().isEndStream();
            data.release();
            if (end) whole.complete(body.toString());
            else stream.demand();
        }

        @Override
        public void onReset(Stream stream, ResetFrame frame, Callback callback) {
            whole.completeExceptionally(new IOException("reset by the server: " + frame));
            callback.succeeded();
        }

        @Override
        public void onFailure(
                Stream stream,
                int error,
                @Nullable String reason,
                @Nullable Throwable failure,
                Callback callback) {
            whole.completeExceptionally(new IOException("failed: " + reason, failure));
            callback.succeeded();
        }
    }
}
