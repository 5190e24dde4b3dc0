package io.dropguard.downstream;

import io.dropguard.DropGuard;
import io.dropguard.cancel.CancellationReason;
import io.dropguard.exchange.GuardedExchange;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** A guarded server whose handler works until it is stopped, but at {@code /ready}. Thread-safe. */
final class SlowServer implements AutoCloseable {
    /** What a server does with a request, blocking. */
    interface Work {
        void run(Request request, GuardedExchange exchange) throws Exception;
    }

    final BlockingQueue<Request> started = new LinkedBlockingQueue<>();

    /** Why its work was stopped, as soon as it has stopped. */
    final BlockingQueue<CancellationReason> stopped = new LinkedBlockingQueue<>();

    /** When, on {@link System#nanoTime}. */
    final BlockingQueue<Long> stoppedNanos = new LinkedBlockingQueue<>();

    private final Server server = new Server();
    private final ServerConnector connector;

    SlowServer(Work work) throws Exception {
        HttpConfiguration http = new HttpConfiguration();
        connector =
                new ServerConnector(
                        server,
                        1,
                        1,
                        new HttpConnectionFactory(http),
                        new HTTP2CServerConnectionFactory(http));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(
                new Handler.Abstract() {
                    @Override
                    public boolean handle(Request request, Response response, Callback callback)
                            throws Exception {
                        if (request.getHttpURI().getPath().equals("/ready")) {
                            callback.succeeded();
                            return true;
                        }
                        GuardedExchange exchange = GuardedExchange.of(request);
                        started.add(request);
                        try {
                            work.run(request, exchange);
                            callback.succeeded();
                        } catch (Exception end) {
                            stoppedNanos.add(System.nanoTime());
                            exchange.token().reason().ifPresent(stopped::add);
                            throw end;
                        }
                        return true;
                    }
                });
        DropGuard.create().installOn(server);
        server.start();
    }

    /** Works until its thread is interrupted. */
    static SlowServer waiting() throws Exception {
        return new SlowServer((request, exchange) -> new CountDownLatch(1).await());
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/");
    }

    int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() throws Exception {
        server.stop();
    }
}
