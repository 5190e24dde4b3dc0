package io.dropguard.downstream;

import io.dropguard.cancel.CancellationToken;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.Request;

/** The same for Jetty's client, which must be on the class path. Thread-safe. */
public final class JettyCalls {

    private JettyCalls() {}

    /**
     * Aborts {@code request} when {@code token} is cancelled; call it before the request is sent.
     *
     * @return the same request
     */
    public static Request abortWith(CancellationToken token, Request request) {
        CancellationToken.Registration registration =
                token.onCancelled(why -> abort(request, why.describe()));
        return request.onComplete(result -> registration.close());
    }

    /**
     * Tells the server how long there is, and gives up when the time is over; without a deadline
     * nothing changes.
     *
     * @return the same request
     */
    public static Request withRemainingTime(
            CancellationToken token, RemainingTime time, Request request) {
        if (!token.deadline().isLimited()) return request;
        return request.headers(h -> h.put(time.header(), time.value(token.deadline())))
                .timeout(
                        RemainingTime.atLeastOneMilli(token.deadline()).toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // whether it was in time shows in its result
    private static void abort(Request request, String why) {
        request.abort(new CancellationException(why));
    }
}
