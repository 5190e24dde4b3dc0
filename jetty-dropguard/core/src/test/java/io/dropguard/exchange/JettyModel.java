package io.dropguard.exchange;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * One HTTP/1.1 exchange as Jetty runs it, in memory: one write at a time, headers fixed by the
 * first, nothing after the last, one end. What breaks its rules it notes. Thread-safe.
 */
final class JettyModel implements Response, Callback {
    enum End {
        NONE,
        WHOLE,
        BROKEN
    }

    private final Request request;
    private final HttpFields.Mutable headers = HttpFields.build();
    private final Runnable preempt; // what others do between our caller's lock and our own
    private final Consumer<Runnable> later; // runs when the network is ready

    // all guarded by this
    private final List<Piece> wire = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private HttpFields committed;
    private int status;
    private int committedStatus;
    private int interims;
    private Runnable pending; // fails what is being written
    private boolean pendingInterim;
    private boolean last;
    private boolean closed;
    private boolean called;
    private boolean errorPage;
    private End end = End.NONE;
    private Supplier<HttpFields> trailers;

    JettyModel(HttpFields requestHeaders, Runnable preempt, Consumer<Runnable> later) {
        this.preempt = preempt;
        this.later = later;
        EndPoint endPoint =
                fake(EndPoint.class, (name, args) -> name.equals("close") ? closed() : null);
        Connection connection =
                fake(
                        Connection.class,
                        (name, args) -> name.equals("getEndPoint") ? endPoint : null);
        ConnectionMetaData metaData =
                fake(
                        ConnectionMetaData.class,
                        (name, args) ->
                                switch (name) {
                                    case "getConnection" -> connection;
                                    case "getHttpVersion" -> HttpVersion.HTTP_1_1;
                                    default -> null;
                                });
        long begin = System.nanoTime();
        request =
                fake(
                        Request.class,
                        (name, args) ->
                                switch (name) {
                                    case "getConnectionMetaData" -> metaData;
                                    case "getHeaders" -> requestHeaders;
                                    case "getMethod" -> "GET";
                                    case "getId" -> "model";
                                    case "getBeginNanoTime" -> begin;
                                    default -> null;
                                });
    }

    /** What one write sent; the buffer tells whose it was. */
    record Piece(ByteBuffer buffer, String text) {}

    private interface Answers {
        Object to(String method, Object[] args);
    }

    private static <T> T fake(Class<T> type, Answers answers) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, args) -> answers.to(method.getName(), args)));
    }

    // ---- what tests look at

    synchronized List<Piece> wire() {
        return List.copyOf(wire);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized void violated(String what) {
        violations.add(what);
    }

    synchronized HttpFields committed() {
        return committed;
    }

    synchronized int committedStatus() {
        return committedStatus;
    }

    synchronized int interims() {
        return interims;
    }

    synchronized boolean hasErrorPage() {
        return errorPage;
    }

    synchronized boolean isCalled() {
        return called;
    }

    synchronized End end() {
        return end;
    }

    // ---- the response

    @Override
    public void write(boolean lastOne, ByteBuffer content, Callback callback) {
        preempt.run();
        Throwable refused = null;
        synchronized (this) {
            if (called) violations.add("write after the end");
            if (pending != null && !pendingInterim) violations.add("two writes at once");
            if (pendingInterim) violations.add("a write during an interim response");
            if (last && content != null && content.hasRemaining())
                violations.add("write after the last");
            if (closed || called || pending != null || last)
                refused = new IOException("refused by Jetty");
            else {
                commit();
                if (content != null)
                    wire.add(new Piece(content, UTF_8.decode(content.slice()).toString()));
                last = lastOne;
                if (last) end = End.WHOLE;
                pending = () -> callback.failed(new IOException("closed"));
            }
        }
        if (refused != null) callback.failed(refused);
        else later.accept(() -> written(callback::succeeded));
    }

    @Override
    public CompletableFuture<Void> writeInterim(int interimStatus, HttpFields fields) {
        preempt.run();
        CompletableFuture<Void> written = new CompletableFuture<>();
        synchronized (this) {
            if (committed != null || called)
                return CompletableFuture.failedFuture(new IllegalStateException("Committed"));
            if (pending != null) {
                violations.add("an interim response during a write");
                return CompletableFuture.failedFuture(new IllegalStateException("pending"));
            }
            interims++;
            pendingInterim = true;
            pending = () -> written.completeExceptionally(new IOException("closed"));
        }
        later.accept(() -> written(() -> written.complete(null)));
        return written;
    }

    private void written(Runnable tell) {
        synchronized (this) {
            if (pending == null) return; // it has failed
            pending = null;
            pendingInterim = false;
        }
        tell.run();
    }

    // guarded by this
    private void commit() {
        if (committed != null) return;
        committed = headers.asImmutable();
        committed = HttpFields.build(committed).asImmutable();
        committedStatus = status == 0 ? 200 : status;
    }

    private Object closed() {
        Runnable failed;
        synchronized (this) {
            closed = true;
            if (end == End.NONE) end = End.BROKEN;
            failed = pending;
            pending = null;
            pendingInterim = false;
        }
        if (failed != null) later.accept(failed);
        return null;
    }

    // ---- its callback

    @Override
    public void succeeded() {
        complete(null);
    }

    @Override
    public void failed(Throwable failure) {
        complete(failure);
    }

    private void complete(Throwable failure) {
        preempt.run();
        synchronized (this) {
            if (called) violations.add("called back twice");
            called = true;
            if (pending != null && !closed && failure == null) violations.add("write pending");
            if (end != End.NONE) return;
            if (failure == null) {
                commit();
                end = End.WHOLE;
            } else if (committed == null && !closed) {
                status = 500;
                commit();
                errorPage = true;
                end = End.WHOLE;
            } else end = End.BROKEN;
        }
    }

    // ---- the rest

    @Override
    public Request getRequest() {
        return request;
    }

    @Override
    public synchronized int getStatus() {
        return status;
    }

    @Override
    public synchronized void setStatus(int code) {
        if (committed == null) status = code;
    }

    @Override
    public HttpFields.Mutable getHeaders() {
        return headers;
    }

    @Override
    public synchronized Supplier<HttpFields> getTrailersSupplier() {
        return trailers;
    }

    @Override
    public synchronized void setTrailersSupplier(Supplier<HttpFields> supplier) {
        trailers = supplier;
    }

    @Override
    public synchronized boolean isCommitted() {
        return committed != null;
    }

    @Override
    public synchronized boolean hasLastWrite() {
        return last;
    }

    @Override
    public synchronized boolean isCompletedSuccessfully() {
        return called && end == End.WHOLE;
    }

    @Override
    public synchronized void reset() {
        if (committed != null) throw new IllegalStateException("Committed");
        status = 0;
        trailers = null;
        for (Iterator<?> each = headers.iterator(); each.hasNext(); ) {
            each.next();
            each.remove();
        }
    }
}
