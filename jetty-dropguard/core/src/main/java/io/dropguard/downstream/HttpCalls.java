package io.dropguard.downstream;

import io.dropguard.cancel.CancellationReason;
import io.dropguard.cancel.CancellationToken;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Requests by the JDK's client that are aborted when nobody awaits their response: HTTP/1.1 closes
 * the connection, HTTP/2 resets the stream. Thread-safe.
 *
 * <p>A body that is read as a stream after the response has come is aborted by closing it: {@code
 * token.onCancelled(why -> body.close())}.
 */
public final class HttpCalls {

    private HttpCalls() {}

    /**
     * Sends a request.
     *
     * @return a future that completes when the response has come, or exceptionally when the token
     *     is cancelled first; stages that depend on it abort the request too when they are
     *     cancelled
     */
    public static <T> CompletableFuture<HttpResponse<T>> sendAsync(
            CancellationToken token,
            HttpClient client,
            HttpRequest request,
            HttpResponse.BodyHandler<T> body) {
        return token.isCancelled()
                ? CompletableFuture.failedFuture(cancelled(token))
                : token.link(client.sendAsync(request, body));
    }

    /**
     * Sends a request and waits for the response.
     *
     * @throws CancellationException if the token is cancelled first
     * @throws IOException what the client throws
     * @throws InterruptedException if the calling thread is interrupted; the request is aborted
     */
    public static <T> HttpResponse<T> send(
            CancellationToken token,
            HttpClient client,
            HttpRequest request,
            HttpResponse.BodyHandler<T> body)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<T>> sent = sendAsync(token, client, request, body);
        try {
            return sent.get();
        } catch (InterruptedException stopped) {
            sent.cancel(true);
            throw stopped;
        } catch (CancellationException failed) { // its message depends on the JDK
            token.throwIfCancelled();
            throw failed;
        } catch (ExecutionException failed) {
            token.throwIfCancelled(); // how the client puts it depends on where it was
            if (failed.getCause() instanceof IOException io) throw io;
            throw new IOException(failed.getCause());
        }
    }

    private static CancellationException cancelled(CancellationToken token) {
        return new CancellationException(
                token.reason().map(CancellationReason::describe).orElse("cancelled"));
    }
}
