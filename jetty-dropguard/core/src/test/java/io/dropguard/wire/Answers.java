package io.dropguard.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;

/** Answers of every shape, each begun or ended only when it may. */
final class Answers extends Handler.Abstract {
    /** One permit lets one answer go on. */
    final Semaphore mayAnswer = new Semaphore(0);

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        switch (Request.getPathInContext(request)) {
            case "/length" -> {
                await();
                Work.answer(response, "declared", callback);
            }
            case "/chunked" -> {
                await();
                write(response, "one");
                write(response, "two");
                callback.succeeded();
            }
            case "/empty" -> {
                await();
                response.setStatus(204);
                callback.succeeded();
            }
            case "/early" -> {
                write(response, "early");
                await();
                write(response, "late");
                callback.succeeded();
            }
            case "/head-early" -> {
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 24);
                write(response, "");
                // looks like the head of an interim response, and is none
                write(response, "HTTP/1.1 100 C");
                await();
                write(response, "and so on.");
                callback.succeeded();
            }
            case "/echo" -> {
                String body = Content.Source.asString(request, StandardCharsets.UTF_8);
                await();
                Work.answer(response, body, callback);
            }
            case "/late-echo" -> {
                await();
                String body = Content.Source.asString(request, StandardCharsets.UTF_8);
                Work.answer(response, body, callback);
            }
            case "/failure" -> {
                await();
                throw new IllegalStateException("meant to fail");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void await() throws InterruptedException {
        if (!mayAnswer.tryAcquire(Work.PATIENCE_SECONDS, TimeUnit.SECONDS))
            throw new IllegalStateException("never allowed to answer");
    }

    private static void write(Response response, String text) throws Exception {
        try (Blocker.Callback blocker = Blocker.callback()) {
            response.write(false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), blocker);
            blocker.block();
        }
    }
}
