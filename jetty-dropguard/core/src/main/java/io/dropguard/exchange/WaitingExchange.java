package io.dropguard.exchange;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A request that has been parsed and not been run.
 *
 * <p>Its client may leave while it waits, so it is looked at before it is run. Confined to the
 * thread that took it.
 */
record WaitingExchange(
        GuardHandler handler,
        GuardedExchange exchange,
        Request request,
        Response response,
        Callback callback) {

    /** nginx's status for a client that closed the request: no client reads it, but logs do. */
    private static final int CLIENT_CLOSED_REQUEST = 499;

    /** Ends the exchange if its client is known to have left, or its deadline has passed. */
    boolean dropIfLost() {
        if (exchange.gate().isGuards()) {
            exchange.gate().abandon(); // it is answered already
            return true;
        }
        if (!exchange.isLost()) return false;
        handler.statistics().dropped();
        exchange.over(false);
        request.setAttribute(
                GuardedExchange.ATTRIBUTE, exchange); // for who logs what was never run
        response.setStatus(CLIENT_CLOSED_REQUEST);
        callback.failed(new Request.Handler.AbortException("client lost before it was served"));
        return true;
    }

    /** Runs it on the calling thread, in the place of the one that brought it. */
    void run() {
        exchange.enter();
        try {
            // T1 expires it and finds no thread, T2, we, enter: we see it. T2 enters first: T1
            // leaves what is to be told, and so its end, to us.
            if (exchange.gate().isGuards()) exchange.gate().abandon();
            else if (!handler.run(exchange, request, response, callback))
                Response.writeError(request, response, callback, HttpStatus.NOT_FOUND_404);
        } catch (Throwable thrown) {
            Response.writeError(request, response, callback, thrown);
        } finally {
            exchange.leave();
        }
    }
}
