package io.dropguard.it.vanished;

import static java.util.Objects.requireNonNull;

import io.dropguard.cancel.ClientLoss;
import io.dropguard.connector.ClientWatch;
import io.dropguard.exchange.GuardedExchange;
import io.dropguard.monitor.PeerCondition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;

/** Work whose client vanishes, and when that was noticed. Thread-safe. */
final class LossTimes {
    /** 64 MiB: more than the kernels of both sides hold. */
    static final int LARGE = 64 * 1024 * 1024;

    private final Map<String, GuardedExchange> exchanges = new ConcurrentHashMap<>();
    private final Map<String, ClientLoss> losses = new ConcurrentHashMap<>();
    private final Map<String, Integer> written = new ConcurrentHashMap<>();
    private final Map<String, ClientWatch> watches = new ConcurrentHashMap<>();
    private final CountDownLatch never = new CountDownLatch(1);

    /** One of those that do the work; each belongs to one server. */
    Handler handler() {
        return new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                work(request, response, callback);
                return true;
            }
        };
    }

    private void work(Request request, Response response, Callback callback) {
        String id = requireNonNull(request.getHttpURI().getQuery());
        GuardedExchange exchange = GuardedExchange.of(request);
        exchange.token()
                .onCancelled(
                        reason -> {
                            if (reason instanceof ClientLoss loss) losses.put(id, loss);
                        });
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        watches.put(id, requireNonNull(ClientWatch.beneath(endPoint)));
        exchanges.put(id, exchange);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        try {
            if (Request.getPathInContext(request).equals("/large")) {
                byte[] part = new byte[16 * 1024];
                for (int sent = 0; sent < LARGE; sent += part.length) {
                    try (Blocker.Callback block = Blocker.callback()) {
                        response.write(false, ByteBuffer.wrap(part), block);
                        block.block();
                    }
                    written.merge(id, part.length, Integer::sum);
                }
                response.write(true, null, callback);
            } else {
                never.await();
            }
        } catch (InterruptedException lost) {
            callback.succeeded();
        } catch (IOException stopped) {
            callback.failed(stopped);
        }
    }

    GuardedExchange exchange(String id) {
        return requireNonNull(exchanges.get(id), id);
    }

    PeerCondition peer(String id) {
        return requireNonNull(watches.get(id), id).peer();
    }

    boolean hasBegun(String id) {
        return exchanges.containsKey(id);
    }

    boolean isLost(String id) {
        return losses.containsKey(id);
    }

    int written(String id) {
        return written.getOrDefault(id, 0);
    }

    ClientLoss loss(String id) {
        return requireNonNull(losses.get(id), id);
    }

    Duration noticedAfter(Instant cut, String id) {
        return Duration.between(cut, loss(id).at());
    }
}
